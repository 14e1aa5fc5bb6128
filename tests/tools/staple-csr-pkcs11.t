# staple-csr with a key on a token (SoftHSM through p11-kit).
. "$SRCDIR/tests/tap.sh"
mkdir "$T/work" && cd "$T/work" || exit 99

module=$(find /usr/lib /usr/local/lib -name 'libsofthsm2.so' 2>/dev/null | head -n 1)
if [ -z "$module" ] || ! command -v softhsm2-util >/dev/null || ! command -v p11tool >/dev/null; then
	skip "keys on a token" "softhsm2 or p11tool is not installed"
	done_testing
	exit
fi
mkdir tokens
export SOFTHSM2_CONF=$PWD/softhsm2.conf
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$PWD" >softhsm2.conf
softhsm2-util --init-token --free --label lab --pin 1234 --so-pin 5678 >/dev/null || exit 99
GNUTLS_PIN=1234 p11tool --login --generate-privkey ecdsa --curve secp256r1 --label ec --id 01 'pkcs11:token=lab' >/dev/null 2>&1
GNUTLS_PIN=1234 p11tool --login --generate-privkey ecdsa --curve secp384r1 --label ec384 --id 02 'pkcs11:token=lab' >/dev/null 2>&1
GNUTLS_PIN=1234 p11tool --login --generate-privkey rsa --bits 2048 --label rsa --id 03 'pkcs11:token=lab' >/dev/null 2>&1
GNUTLS_PIN=1234 p11tool --login --generate-privkey rsa --bits 1024 --label weak --id 04 'pkcs11:token=lab' >/dev/null 2>&1
echo 1234 >pin
echo 9999 >wrong

for key in ec ec384 rsa; do
	url="pkcs11:token=lab;object=$key;type=private"
	status_is "$key: made" 0 staple-csr --key "$url" --pin-file pin --out $key.pem www.example.com
	ok "$key: OpenSSL verifies it" openssl req -in $key.pem -noout -verify
	run certtool --crq-info --infile $key.pem
	out_like "$key: certtool verifies it" 'Self signature: verified'
	run openssl req -in $key.pem -noout -text
	out_like "$key: Must-Staple" 'status_request'
	want=$(GNUTLS_PIN=1234 p11tool --login --export-pubkey "pkcs11:token=lab;object=$key;type=private" 2>/dev/null |
		sed -n '/BEGIN/,/END/p' | openssl pkey -pubin -pubout)
	is "$key: the token's key" "$(openssl req -in $key.pem -noout -pubkey)" "$want"
done
url='pkcs11:token=lab;object=ec;type=private'
status_is "PIN from the URL's pin-source" 0 staple-csr --key "$url?pin-source=$PWD/pin" --out p.pem www.example.com
status_is "as RFC 7512 writes it" 0 staple-csr --key "$url?pin-source=file:$PWD/pin" --out p.pem www.example.com
status_is "percent-encoded, with more behind" 0 staple-csr --out p.pem www.example.com \
	--key "$url?pin-source=${PWD//\//%2F}%2Fpin&module-name=softhsm2"
status_is "a pin-source that is not there" 2 staple-csr --key "$url?pin-source=/nowhere/pin" www.example.com
err_like "is told" 'no PIN can be read from /nowhere/pin'
status_is "the report names the URL" 0 staple-csr --key "$url" --pin-file pin --out p.pem --format json www.example.com
out_like "as the key's file" '"key_file": "pkcs11:token=lab;object=ec;type=private"'
out_unlike "and no PIN" '1234'

status_is "a wrong PIN" 2 staple-csr --key "$url" --pin-file wrong --out w.pem www.example.com
err_like "is told" 'the token refused the PIN'
err_unlike "and not shown" '9999'
ok "nothing is written" test ! -e w.pem
status_is "no PIN and no terminal" 2 setsid staple-csr --key "$url" --out w.pem www.example.com
err_like "is told" 'wants a PIN|no terminal'
on_terminal() { /usr/bin/python3 "$SRCDIR/tests/tools/terminal.py" "$@"; }
status_is "the PIN from the terminal" 0 on_terminal 1234 -- staple-csr --key "$url" --out t.pem www.example.com
out_like "for the token" 'PIN of token "lab": '
out_unlike "and not shown" 1234
status_is "a PIN in the URL" 2 staple-csr --key "$url?pin-value=1234" www.example.com
err_like "is refused" 'pin-value= shows the PIN'
err_unlike "and not repeated" '1234'
status_is "a key that is not there" 2 staple-csr --key 'pkcs11:token=lab;object=none;type=private' --pin-file pin www.example.com
err_like "is told" 'object=none.*no such private key'
status_is "a token that is not there" 2 staple-csr --key 'pkcs11:token=none;object=ec;type=private' --pin-file pin www.example.com
err_like "is told" 'token=none'
status_is "no URL" 2 staple-csr --key 'pkcs11:%%%' --pin-file pin www.example.com
err_like "is told" 'pkcs11:%%%'
status_is "a weak key" 1 staple-csr --key 'pkcs11:token=lab;object=weak;type=private' --pin-file pin www.example.com
err_like "is refused by the policy" 'key.weak.*RSA 1024'
status_is "the right PIN still works" 0 staple-csr --key "$url" --pin-file pin --out p.pem www.example.com
done_testing
