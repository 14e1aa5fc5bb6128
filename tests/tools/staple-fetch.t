# staple-fetch against a responder with every fault: what it writes, and what it leaves alone.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_pki || exit 99
cd "$T" || exit 99
cert=$pki/ms.chain.pem
staple=$cert.ocsp
fetch() { staple-fetch --no-system-policy "$@"; }
asked() { wc -l <"$T/responder.log"; }
verify() { staple-verify --no-system-policy --staple-only --staple "$1" --issuer "$pki/int.pem" "$pki/$2.pem"; }

# --- the basic form ---
lab_mode good
status_is "a staple is fetched" 0 fetch --issuer "$pki/int.pem" --out o.der "$pki/ms.pem"
ok "and is one for the certificate" verify o.der ms
status_is "the issuer comes from the chain in the file" 0 fetch "$cert"
ok "the staple's name is CERT.ocsp" verify "$staple" ms
is "it was asked by GET" "$(tail -n 1 responder.log | cut -d' ' -f1,2)" "GET ms"
status_is "--post asks by POST" 0 fetch --post --force "$cert"
is "POST was used" "$(tail -n 1 responder.log | cut -d' ' -f1)" "POST"
status_is "--url asks elsewhere" 0 fetch --url "${ocsp_url}a/very/long/path/$(printf '%0200d' 0)/" \
	--out o2.der "$cert"
is "and a long URL makes it POST" "$(tail -n 1 responder.log | cut -d' ' -f1)" "POST"
status_is "--pem writes PEM" 0 fetch --pem --out o.pem "$cert"
ok "as GnuTLS and HAProxy know it" grep -q '^-----BEGIN OCSP RESPONSE-----$' o.pem
status_is "and reads it back" 0 fetch --pem --out o.pem "$cert"
out_like "as good, and not due" 'good until .* not asked'
status_is "--nonce is sent and looked at" 0 fetch --nonce --out n.der "$cert"
ok "SHA-256 CertIDs can be asked for" fetch --hash sha256 --out h.der "$cert"
ok "and are answered" bash -c 'openssl ocsp -respin h.der -resp_text -noverify | grep -q "Hash Algorithm: sha256"'

status_is "from standard input to standard output" 0 bash -c "staple-fetch --no-system-policy --out - - <$cert >s.der"
err_like "with the report on standard error" ': pass: staple good'
ok "is the staple" verify s.der ms
status_is "standard input needs --out" 2 bash -c "staple-fetch --no-system-policy - <$cert"
status_is "a full disk is no staple" 2 bash -c "staple-fetch --no-system-policy --out - $cert >/dev/full"

# --- when ---
before=$(asked)
status_is "nothing is asked before it is due" 0 fetch "$cert"
out_like "and the reason is said" 'not asked: next refresh at 20'
is "nobody was asked" "$(asked)" "$before"
status_is "--force asks anyway" 0 fetch --force "$cert"
is "somebody was asked" "$(asked)" "$((before + 1))"
lab_mode left:1000:1100
status_is "a staple that is half over" 0 fetch --out half.der "$cert"
status_is "is asked for again" 0 fetch --out half.der "$cert"
out_unlike "at once" 'not asked'
status_is "with --refresh-at 90% it is not" 0 fetch --refresh-at 90% --out half.der "$cert"
out_like "yet" 'not asked'
status_is "with --refresh-at 1h it is not" 0 fetch --refresh-at 1h --out half.der "$cert"
out_like "yet" 'not asked'
status_is "with --refresh-at 10m it is" 0 fetch --refresh-at 10m --out half.der "$cert"
out_unlike "due" 'not asked'

# --- only better ones replace ---
lab_mode left:100000:60
ok "a good staple" fetch --force --out better.der "$cert"
cp better.der saved.der
lab_mode left:200000:5000
status_is "an older thisUpdate is no improvement" 0 fetch --force --out better.der "$cert"
out_like "which is told" 'fetch.not-newer'
ok "the file is as it was" cmp better.der saved.der
for bad in garbage wrongserial expired badsig revoked; do
	lab_staple $bad ms bad.der
	lab_mode good
	ok "a file with a $bad one counts as absent" fetch --out bad.der "$cert"
	out_like "which is told" fetch.unusable-file
	ok "and is replaced" verify bad.der ms
done
: >bad.der
chmod 640 bad.der
ok "so does an empty file" fetch --out bad.der "$cert"
is "its mode is kept" "$(stat -c %a bad.der)" 640
ln -s bad.der link.der
ok "a link" fetch --force --refresh-at 1s --out link.der "$cert"
ok "stays a link" test -L link.der

# --- every fault leaves the good staple alone ---
lab_mode left:100000:60
fetch --force --out kept.der "$cert" >/dev/null
cp kept.der saved.der
fault() { # STATUS FINDING MODE
	lab_mode "$3"
	status_is "$3: status $1" "$1" fetch --force --retries 0 --timeout 1s --out kept.der "$cert"
	out_like "$3: $2" "$2"
	ok "$3: the old staple stays" cmp kept.der saved.der
	status_is "$3: without a staple there is none" "${4:-$1}" \
		fetch --retries 0 --timeout 1s --out "none.der" "$cert"
	ok "$3: nothing was written" test ! -e none.der
}
fault 1 staple.revoked revoked
fault 1 staple.unknown unknown
fault 1 staple.expired expired
fault 1 staple.future future
fault 1 staple.try-later trylater
fault 1 staple.internal-error internal
fault 1 staple.unauthorized unauthorized
fault 1 staple.malformed-request malformed
fault 1 staple.malformed garbage
fault 1 staple.malformed truncated
fault 1 staple.trailing-data trailing
fault 1 staple.empty empty
fault 1 fetch.not-ocsp html
fault 1 fetch.not-ocsp big
fault 1 staple.other-certificate wrongserial
fault 1 staple.other-issuer-key otherissuer
fault 1 staple.signer wrongsigner
fault 1 staple.signer-no-eku noeku
fault 1 staple.signer-not-valid delegate-expired
fault 1 staple.bad-signature badsig
fault 0 fetch.no-answer-early http500 2
fault 0 fetch.no-answer-early http404 2
fault 0 fetch.no-answer-early close 2
fault 0 fetch.no-answer-early reset 2
fault 0 fetch.no-answer-early hang 2
fault 0 fetch.no-answer-early slow 2
fault 0 fetch.no-answer-early redirect-loop 2
fault 0 fetch.no-answer-early redirect-file 2
fault 0 fetch.no-answer-early redirect-https 2
# Certificates that nobody signed for were added on the way.
lab_mode good
fetch --force --refresh-at 1s --out kept.der "$cert" >/dev/null
cp kept.der saved.der
sleep 1
fault 1 fetch.inflated certs:9
fault 1 fetch.inflated bytes:16381
lab_mode certs:8
ok "as many as every client takes" fetch --force --retries 0 --out eight.der "$cert"
lab_staple certs:9 ms nine.der
lab_mode good
status_is "--check tells of one that is there" 0 fetch --check --out nine.der "$cert"
out_like "by name" 'warning +staple.many-certificates'
ok "and a fetch replaces it" fetch --out nine.der "$cert"
ok "though it was not due" bash -c '[ "$(wc -c <nine.der)" -lt 2000 ]'
lab_mode "wrong-nonce good"
status_is "a wrong nonce is refused" 1 fetch --retries 0 --nonce --out none.der "$cert"
out_like "and named" staple.nonce-differs
lab_mode "no-nonce good"
ok "none at all is usual" fetch --nonce --out nn.der "$cert"
status_is "nobody listens: status 2" 2 fetch --retries 0 --url http://127.0.0.1:1/ --out none.der "$cert"
out_like "no answer at all is unknown" 'unknown +fetch.no-answer '
status_is "--tempfail makes that 75" 75 fetch --tempfail --retries 0 --url http://127.0.0.1:1/ --out none.der "$cert"
status_is "but not what the responder answered" 1 bash -c "echo x >$T/mode; echo revoked >$T/mode; staple-fetch --no-system-policy --tempfail --out none.der $cert"
status_is "nor a usage error" 2 fetch --tempfail "$T/no-such-file"

# --- what passes although it is odd ---
for mode in chunked redirect:2 nonext sha256 nocheckless byname good-direct slow:0.0005; do
	lab_mode "$mode"
	ok "$mode: taken" fetch --out "odd.$mode" "$cert"
done
lab_mode wrongct
ok "a wrong Content-Type is taken" fetch --out ct.der "$cert"
out_like "and told" fetch.content-type
lab_mode cached:3000
ok "an HTTP cache's answer is taken" fetch --out c.der "$cert"
out_like "and told" fetch.cached
lab_mode stale
ok "one that it should have thrown away" fetch --out c2.der "$cert"
out_like "is a warning" 'warning +fetch.cache-stale'
lab_mode date:-7200
ok "a responder with another clock" fetch --out d.der "$cert"
out_like "is told" 'fetch.clock.* 2h behind'
lab_mode flaky:2
ok "a retry gets what the first attempt did not" fetch --out f.der "$cert"
ok "and again" fetch --out f2.der "$cert"

# --- time ---
lab_mode http500
SECONDS=0
status_is "--retry-for goes on asking" 2 fetch --retry-for 2s --out t.der "$cert"
ok "for about so long" test "$SECONDS" -le 4
status_is "--deadline beats it" 2 fetch --retry-for 60s --deadline 1s --out t.der "$cert"
ok "by far" test "$SECONDS" -le 9
lab_mode hang
status_is "--deadline ends a request too" 2 fetch --deadline 1s --out t.der "$cert"
out_like "by name" 'fetch.no-answer'
ok "at once" test "$SECONDS" -le 14

# --- revoked ---
lab_mode good
ok "a good staple, then" fetch --out r.der "$cert"
lab_mode revoked
status_is "revoked is loud" 1 fetch --force --out r.der "$cert"
out_like "and says when it gets dark" 'fetch.goes-dark +REVOKED: the site goes dark at 20'
err_like "on standard error too" 'REVOKED: the site goes dark'
status_is "--on-revoked remove removes" 1 fetch --force --on-revoked remove --out r.der "$cert"
ok "the file" test ! -e r.der
lab_mode good
fetch --out r.der "$cert" >/dev/null
lab_mode badsig
status_is "a forged answer removes nothing" 1 fetch --force --on-revoked remove --out r.der "$cert"
ok "the file is there" test -s r.der

# --- an expired certificate ---
lab_mode good
before=$(asked)
status_is "an expired certificate fails" 1 fetch "$pki/expired.chain.pem"
out_like "by name" cert.expired
is "and nobody is asked" "$(asked)" "$before"

# --- issuers ---
lab_mode good
status_is "no issuer at hand is status 2" 2 fetch "$pki/plain.pem"
out_like "with a hint" 'issuer FILE or --aia'
ok "--aia gets it" fetch --aia "$pki/plain.pem"
ok "and keeps it" cmp "$pki/plain.pem.issuer" "$pki/int.pem"
ok "so that it is found without" fetch --check "$pki/plain.pem"
status_is "another CA of the same name is none" 2 fetch --issuer "$pki/other.pem" "$pki/ms2.pem"
out_like "not the issuer" 'staple.no-issuer'
status_is "an issuer that cannot be read is status 2" 2 fetch --issuer "$T/none.pem" "$pki/ms.pem"
status_is "without a URL there is nobody to ask" 1 fetch "$pki/noaia.chain.pem"
out_like "which is named" ocsp.no-url
status_is "whether it promises a staple or not" 1 fetch --issuer "$pki/root.pem" "$pki/int.pem"
out_like "by another name" fetch.no-url
ok "unless --url says whom" fetch --url "$ocsp_url" "$pki/noaia.chain.pem"
printf "responder '%s*' { url = \"%smapped/\" }\n" "$ocsp_url" "$ocsp_url" >map.conf
ok "a policy's map overrides the responder" fetch --policy map.conf --format json --out map.der "$cert"
is "and is told" "$(jq -r '.certificates[0].url' <"$T/out")" "${ocsp_url}mapped/"
kill "$responder_pid"
wait "$responder_pid" 2>/dev/null
rm -rf "$pki" responder.out responder.log # some of its threads hang still
lab_responder && lab_pki

# --- several URLs in one certificate ---
$python "$lab/pki.py" pki2 --ocsp http://127.0.0.1:1/ --ocsp "$ocsp_url" --only ms,ms2
kill "$responder_pid"
rm -f responder.out
port=${ocsp_url##*:}
lab_start responder.out '^listening' $python "$lab/responder.py" pki2 "$T/mode" --port "${port%/}" --log "$T/responder.log"
second_pid=$lab_pid
lab_mode good
ok "the second URL is asked when the first does not answer" fetch -v --retries 0 --out two.der pki2/ms.chain.pem
err_like "which -v tells" 'http://127.0.0.1:1/: .*(refused|connect)'
lab_mode trylater
status_is "when the second answers badly that is what counts" 1 fetch --retries 0 --out two2.der pki2/ms.chain.pem
out_like "and not the first one's silence" staple.try-later
kill "$second_pid"
rm -f responder.out
lab_responder && rm -f "$pki"/* && lab_pki

# --- several at once ---
lab_mode delay:0.3
mkdir d
status_is "many certificates" 0 fetch --out-dir d "$pki"/{ms,ms2,plain,f17,f5_17,fdup,funk,fpad}.chain.pem
is "each has its staple" "$(find d -name '*.ocsp' | wc -l)" 8
is "one host is asked by four at once" "$(awk '{ print $5 }' responder.log | sort -n | tail -n 1)" 4
: >responder.log
rm d/*
ok "--per-host 2" fetch --per-host 2 --out-dir d "$pki"/{ms,ms2,plain,f17}.chain.pem
is "is two" "$(awk '{ print $5 }' responder.log | sort -n | tail -n 1)" 2
lab_mode good "ms2 revoked" "f17 http500"
rm d/*
status_is "one bad one does not stop the others; 1 beats 2" 1 fetch --retries 0 --out-dir d "$pki"/{ms,ms2,plain,f17}.chain.pem
is "two were had" "$(cd d && ls | paste -sd' ')" "ms.chain.pem.ocsp plain.chain.pem.ocsp"
status_is "two certificates with one file are refused" 2 fetch --layout kubernetes --out-dir d "$pki"/{ms,ms2}.chain.pem
err_like "by name" 'same staple file'

# --- layouts and folders ---
lab_mode good
mkdir certs certs/live && cp "$pki/ms.all.pem" certs/ms.pem && cp "$pki/plain.chain.pem" certs/live/fullchain.pem
cp "$pki/int.pem" "$pki/ms.key" certs/
ok "haproxy's layout over a folder" fetch --layout haproxy certs
is "makes .ocsp and .issuer" "$(cd certs && ls | paste -sd' ')" "int.pem live ms.key ms.pem ms.pem.issuer ms.pem.ocsp"
is "below it too" "$(cd certs/live && ls | paste -sd' ')" "fullchain.pem fullchain.pem.issuer fullchain.pem.ocsp"
ok "the issuer is the issuer" cmp certs/ms.pem.issuer "$pki/int.pem"
mkdir -p tree/one tree/two all
cp "$pki/ms.chain.pem" tree/one/fullchain.pem && cp "$pki/ms.pem" tree/one/cert.pem && cp "$pki/ms2.chain.pem" tree/two/fullchain.pem
ok "many NAME/fullchain.pem with --out-dir" fetch --out-dir all tree
is "are NAME.ocsp there" "$(cd all && ls | paste -sd' ')" "one.ocsp two.ocsp"
ok "copies of a certificate in its folder" fetch tree/one
is "have one staple" "$(cd tree/one && ls | paste -sd' ')" "cert.pem fullchain.pem fullchain.pem.ocsp"
ok "kubernetes" fetch --layout kubernetes --out-dir certs/live "$cert"
ok "has tls.ocsp-staple" verify certs/live/tls.ocsp-staple ms
status_is "an unknown layout is usage" 2 fetch --layout iis "$cert"
err_like "that lists those there are" 'must be one of plain, nginx, haproxy'
mkdir empty
status_is "a folder without certificates is status 2" 2 fetch empty

# --- the hook ---
lab_mode good
rm -f d/*
# shellcheck disable=SC2016
ok "a hook runs once after all" fetch --out-dir d --hook 'echo "$STAPLE_CHANGED" >>hook.env; printf "%s\n" "$@" >>hook.args' "$pki"/{ms,ms2}.chain.pem
is "with the files in the environment" "$(cat hook.env)" "$(printf 'd/%s.chain.pem.ocsp\n' ms ms2)"
is "and as arguments" "$(cat hook.args)" "$(printf 'd/%s.chain.pem.ocsp\n' ms ms2)"
ok "nothing changed" fetch --out-dir d --hook 'echo again >>hook.args' "$pki"/{ms,ms2}.chain.pem
is "no hook" "$(grep -c again hook.args)" 0
rm d/ms.chain.pem.ocsp
status_is "a failed hook is status 2" 2 fetch --out-dir d --hook 'exit 7' "$pki"/{ms,ms2}.chain.pem
err_like "and said" "hook 'exit 7': ended with status 7"
ok "the staple is there" verify d/ms.chain.pem.ocsp ms

# --- --check ---
before=$(asked)
status_is "--check: good ones" 0 fetch --check --out-dir d "$pki"/{ms,ms2}.chain.pem
rm d/ms2.chain.pem.ocsp
status_is "--check: a missing one fails" 1 fetch --check --out-dir d "$pki"/{ms,ms2}.chain.pem
out_like "by name" fetch.no-staple
lab_staple expired ms2 d/ms2.chain.pem.ocsp
status_is "--check: an expired one fails" 1 fetch --check --out-dir d "$pki"/ms2.chain.pem
out_like "by name" staple.expired
status_is "--check: at a later time" 1 fetch --check --at "@$(($(date +%s) + 8 * 86400))" --out-dir d "$pki/ms.chain.pem"
status_is "--check: overdue is told" 0 fetch --check --at "@$(($(date +%s) + 4 * 86400))" --out-dir d "$pki/ms.chain.pem"
out_like "as a warning" 'warning +fetch.overdue'
is "--check asks nobody" "$(asked)" "$before"

# --- reports ---
status_is "JSON" 1 fetch --check --format json --out-dir d "$pki"/{ms,ms2,plain}.chain.pem
is "is a document of its own" "$(jq -r '[.schema, .tool, .verdict] | join(" ")' <"$T/out")" "1 staple-fetch fail"
is "with a status each" "$(jq -r '[.certificates[] | .status] | join(" ")' <"$T/out")" "good expired missing"
is "present is true or false" "$(jq -c '[.certificates[] | .present]' <"$T/out")" "[true,true,false]"
is "what is missing has no times" "$(jq -c '.certificates[2] | [.this_update, .next_update, .age, .remaining, .dark_at, .next_refresh]' <"$T/out")" "[null,null,null,null,null,null]"
is "what is expired has none left" "$(jq '.certificates[1].remaining < 0' <"$T/out")" true
is "what is good has times" "$(jq -c '.certificates[0] | [.age > 0, .remaining > 500000, (.dark_at | length), (.next_refresh | length)]' <"$T/out")" "[true,true,20,20]"
lab_mode http500
fetch --retries 0 --format json --out none.der "$pki/ms2.chain.pem" >"$T/out"
is "the last error" "$(jq -r '.certificates[0].last_error' <"$T/out")" "$ocsp_url: HTTP status 500"
status_is "metrics" 1 fetch --check --format openmetrics --out-dir d "$pki"/{ms,ms2,plain}.chain.pem
is "a missing staple has no age or rest" "$(grep -cE '(age|remaining|dark).*plain' "$T/out")" 0
is "an expired one has no rest either" "$(grep -c 'remaining.*ms2' "$T/out")" 0
out_like "and is not good" '^staple_good\{certificate=".*/ms2.chain.pem"\} 0$'
out_like "ends as it must" '^# EOF$'
if command -v promtool >/dev/null; then
	ok "promtool accepts them" bash -c "promtool check metrics <'$T/out'"
else
	skip "promtool accepts them" "no promtool (package prometheus)"
fi
ok "--output replaces a file" fetch --check --format openmetrics --output m.prom --out-dir d "$pki/ms.chain.pem"
ok "wholly" bash -c 'tail -n 1 m.prom | grep -q "# EOF"'

# --- usage ---
status_is "no certificate" 2 fetch
status_is "--out for two" 2 fetch --out x "$cert" "$pki/ms2.chain.pem"
status_is "--check with --force" 2 fetch --check --force "$cert"
status_is "--watch with a wrong word" 2 fetch --watch --hash md5 "$cert"
status_is "--watch with --at" 2 fetch --watch --at @1 "$cert"
status_is "a file URL" 2 fetch --url file:///etc/passwd "$cert"
status_is "a bad hash" 2 fetch --hash md5 "$cert"
cp "$cert" own.pem
status_is "a staple in the certificate's place" 2 fetch --force --out own.pem own.pem
err_like "is refused" 'out is one of the files to read: own.pem'
ok "the certificate is untouched" cmp own.pem "$cert"
mkdir shared piped
cp "$cert" shared/a.pem && cp "$pki/ms2.chain.pem" shared/b.pem && ln -s b.pem.ocsp shared/a.pem.ocsp
lab_mode good
status_is "two certificates, one file by a link" 2 fetch shared/a.pem shared/b.pem
err_like "is refused" 'would have the same staple file'
ok "before anything is written" test ! -e shared/b.pem.ocsp
cp "$cert" piped/c.pem && mkfifo piped/c.pem.ocsp
status_is "a pipe where the staple belongs" 2 timeout 20 staple-fetch --no-system-policy --retries 0 piped/c.pem
out_like "is no file" 'fetch.unwritable.*is a device or a pipe'
rm piped/c.pem.ocsp && mkfifo piped/c.pem.issuer
status_is "nor is one where the issuer belongs" 2 timeout 20 staple-fetch --no-system-policy --layout haproxy piped/c.pem
out_like "which is told" 'fetch.unwritable.*issuer: is a device or a pipe'
ok "the staple is there" verify piped/c.pem.ocsp ms
status_is "a bad share" 2 fetch --refresh-at 150% "$cert"
status_is "no such file" 2 fetch "$T/nothing.pem"
out_like "is named" fetch.unreadable
status_is "a key is no certificate" 2 fetch "$pki/ms.key"
chmod 555 d
if [ "$(id -u)" != 0 ]; then
	rm -f d/plain.chain.pem.ocsp
	lab_mode good
	status_is "a folder that cannot be written" 2 fetch --out-dir d "$pki/plain.chain.pem"
fi
lab_mode good
status_is "a folder that is not there" 2 fetch --out "$T/no/such/x.ocsp" "$cert"
out_like "is named" fetch.unwritable
chmod 755 d
done_testing
