# contrib/: units that systemd accepts, hooks that do what they say.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
units=$SRCDIR/contrib/systemd hooks=$SRCDIR/contrib/hooks

# --- systemd ---
if command -v systemd-analyze >/dev/null; then
	mkdir "$T/units"
	for unit in "$units"/*.service "$units"/*.timer "$units"/*.path; do
		# the program where it was built, and a user and a service that any machine has
		sed -e "s#/usr/bin/staple-fetch#$BUILDDIR/tools/staple-fetch#" \
			-e 's/^\(User\|Group\)=staple-fetch/\1=daemon/' "$unit" >"$T/units/$(basename "$unit")"
	done
	for unit in "$T"/units/*; do
		name=$(basename "$unit")
		run systemd-analyze --man=no verify "$unit"
		is "$name: systemd has nothing to say" \
			"$(cat "$T/out" "$T/err" | grep -vE '^$|SELinux|cgroup' | grep -F "$name")$status" 0
	done
	for name in staple-fetch.service staple-fetch-watch.service; do
		ok "$name: its exposure is below 1.5 of 10" \
			systemd-analyze security --no-pager --offline=true --threshold=15 "$T/units/$name"
	done
	# the drop-ins of contrib/servers, on a server that any machine has
	printf '[Service]\nExecStart=/bin/true\n' >"$T/units/web.service"
	mkdir "$T"/units/{web,staple-fetch-reload}.service.d
	cp "$SRCDIR/contrib/servers/staple-fetch-first.conf" "$T/units/web.service.d"
	sed 's/^User=caddy/User=daemon/' "$SRCDIR/contrib/servers/caddy/reload.conf" \
		>"$T/units/staple-fetch-reload.service.d/caddy.conf"
	for name in web.service staple-fetch-reload.service; do
		run systemd-analyze --man=no verify "$T/units/$name"
		is "$name with its drop-in: systemd has nothing to say" \
			"$(cat "$T/out" "$T/err" | grep -F "$T/units")$status" 0
	done
else
	skip "systemd-analyze verify" "no systemd-analyze (package systemd)"
fi
is "both services are fenced in the same way" \
	"$(diff <(sed -n '/^User=/,/^SystemCallFilter=~/p' "$units/staple-fetch.service") \
		<(sed -n '/^User=/,/^SystemCallFilter=~/p' "$units/staple-fetch-watch.service"))" ""

# --- hooks ---
lab_responder && lab_pki --only ms,ms2,plain,noaia || exit 99
cd "$T" || exit 99
export STAPLE_DEFAULTS=$T/defaults STAPLE_RETRY_FOR=1s
echo 'STAPLE_RELOAD="echo reloaded >>reloads"' >defaults
: >reloads
reloads() { wc -l <reloads; }
lineage() { mkdir -p "live/$1" && cp "$pki/$2.chain.pem" "live/$1/fullchain.pem" &&
	cp "$pki/$2.pem" "live/$1/cert.pem" && cp "$pki/int.pem" "live/$1/chain.pem"; }
certbot() { RENEWED_LINEAGE=$T/live/$1 RENEWED_DOMAINS=$1 "$hooks/certbot-deploy"; }
verify() { staple-verify --no-system-policy --staple-only --staple "$1" --issuer "$pki/int.pem" "$2"; }

lineage a ms
lab_mode good
ok "certbot: a renewed certificate" certbot a
ok "has its staple" verify live/a/fullchain.pem.ocsp live/a/cert.pem
is "and the server was reloaded" "$(reloads)" 1
lineage b ms2
lab_mode unknown
status_is "certbot: no staple for a Must-Staple certificate" 1 certbot b
err_like "is said" 'no staple for b: the server is not reloaded'
err_like "with the reason" 'does not know the certificate'
is "and the server was not reloaded" "$(reloads)" 1
lineage c plain
ok "certbot: a certificate that promises nothing" certbot c
is "is no reason not to reload" "$(reloads)" 2
lineage d noaia
status_is "certbot: a promise that cannot be kept" 1 certbot d
is "is one" "$(reloads)" 2
echo "STAPLE_DIR=$T" >>defaults
lab_mode good
ok "certbot: with STAPLE_DIR" certbot b
ok "the staple has the lineage's name" verify b.ocsp live/b/cert.pem

dehydrated() { "$hooks/dehydrated" "$@"; }
lineage e ms
ok "dehydrated: deploy_cert" dehydrated deploy_cert e key live/e/cert.pem live/e/fullchain.pem live/e/chain.pem 1
ok "gets the staple" verify live/e/fullchain.pem.ocsp live/e/cert.pem
is "and reloads" "$(reloads)" 4
lab_staple good ms live/e/ocsp.der && cp live/e/ocsp.der before.der
before=$(wc -l <responder.log)
ok "dehydrated: deploy_ocsp with a good staple" dehydrated deploy_ocsp e live/e/ocsp.der 1
ok "leaves it" cmp live/e/ocsp.der before.der
is "asks nobody" "$(wc -l <responder.log)" "$before"
is "and reloads" "$(reloads)" 5
lab_staple expired ms live/e/ocsp.der
ok "dehydrated: deploy_ocsp with a bad one" dehydrated deploy_ocsp e live/e/ocsp.der 1
ok "gets another" verify live/e/ocsp.der live/e/cert.pem
lab_mode revoked
lab_staple expired ms live/e/ocsp.der
count=$(reloads)
status_is "dehydrated: when there is no good one" 1 dehydrated deploy_ocsp e live/e/ocsp.der 1
is "the server is not reloaded" "$(reloads)" "$count"
ok "other operations are left alone" dehydrated startup_hook
# lego names files after the domain, the issuer's beside the certificate's.
lego() {
	mkdir -p lego && cp "$pki/$1.pem" "lego/$1.lab.test.crt" && cp "$pki/int.pem" "lego/$1.lab.test.issuer.crt"
	LEGO_CERT_PATH=lego/$1.lab.test.crt LEGO_CERT_DOMAIN=$1.lab.test "$hooks/lego"
}
lab_mode good
count=$(reloads)
ok "lego: a new certificate" lego ms
ok "has its staple, where STAPLE_DIR says" verify ms.lab.test.ocsp lego/ms.lab.test.crt
is "and the server was reloaded" "$(reloads)" $((count + 1))
lab_mode unknown
status_is "lego: no staple for a Must-Staple certificate" 1 lego ms2
err_like "is said, with the reason" 'does not know the certificate'
status_is "lego: a promise that cannot be kept" 1 lego noaia
is "and the server was not reloaded" "$(reloads)" $((count + 1))
ok "lego: a certificate that promises nothing" lego plain
is "is no reason not to reload" "$(reloads)" $((count + 2))
status_is "lego: without the certificate's path" 2 "$hooks/lego"
# Root in a folder of another user: what a link there leads to is not root's to write.
if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null; then
	programs_for_all
	mkdir theirs && chown nobody theirs
	echo "STAPLE_DIR=$T/theirs" >>defaults
	lab_mode good
	mkdir theirs/e && cp live/e/fullchain.pem theirs/e && chown -R nobody theirs/e
	for link in a.ocsp ms.lab.test.ocsp e/fullchain.pem.ocsp; do
		echo precious >"precious.$(basename $link)"
		ln -s "$T/precious.$(basename $link)" "theirs/$link"
	done
	status_is "certbot: a link in a folder of another user" 1 certbot a
	status_is "lego: the same" 1 lego ms
	status_is "dehydrated: the same" 1 dehydrated deploy_cert e key x theirs/e/fullchain.pem y 1
	is "none is followed as root" "$(cat precious.* | sort -u)" precious
	rm theirs/*.ocsp theirs/e/*.ocsp
	ok "certbot: without it" certbot a
	ok "lego: without it" lego ms
	ok "dehydrated: without it" dehydrated deploy_cert e key x theirs/e/fullchain.pem y 1
	is "the staples are the folder's owner's" "$(stat -c %U theirs/*.ocsp theirs/e/*.ocsp | sort | uniq -c)" "      3 nobody"
else
	pass "root and another user's folder: only root can tell"
fi
for script in "$hooks"/*; do
	ok "$(basename "$script") is plain sh" sh -n "$script"
	if command -v shellcheck >/dev/null; then ok "$(basename "$script"): shellcheck" shellcheck "$script"; fi
done
done_testing
