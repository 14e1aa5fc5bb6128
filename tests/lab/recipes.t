# contrib/servers: each recipe, as it is shipped, with the real server.  The steps of its README are
# run as they stand there; only paths, addresses, names and users are put in, and systemctl is a
# script that does what systemd does for these units.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
. "$SRCDIR/tests/lab/servers.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
PATH=$PATH:/usr/sbin:/sbin
lab_responder && lab_pki --only ms,ms2 >"$T/pki.out" || exit 99
site=ms.lab.test
! as_root || programs_for_all # recipes run some as the server's user
mkdir "$T/bin"
export T SRCDIR site ca=$pki/root.pem

# --- what a recipe's steps call ---

{ echo '#!/bin/bash'; declare -f listens; cat; } >"$T/bin/systemctl" <<'SH'
# Knows the unit files of the tree, and the server by $root/start and $root/pid.
set -u
units=$SRCDIR/contrib/systemd
# not a zombie that nobody waited for
alive() { [ -s "$root/pid" ] && grep -q '^State:[[:space:]]*[^Z]' "/proc/$(cat "$root/pid")/status" 2>/dev/null; }
oneshot() { # UNIT: its ExecStart with its environment
	local command
	command=$(sed -n 's#^ExecStart=\(/usr\)\?/bin/##p' "$units/$1" | sed 's/"\${\(.*\)}"/"$\1"/')
	. "$root/etc/default/staple-fetch"
	eval "$command"
}
start() {
	"$root/start" >>"$root/log" 2>&1 </dev/null &
	echo $! >"$root/pid"
	for _ in $(seq 100); do
		listens "$port" && exit
		alive || break
		sleep 0.05
	done
	echo "$server does not start" >&2
	exit 1
}
stop() {
	alive && kill "$(cat "$root/pid")"
	for _ in $(seq 100); do { alive || listens "$port"; } || return 0; sleep 0.05; done
}
case "$1 ${2:-} ${3:-}" in
"daemon-reload  " | "enable --now staple-fetch.timer") ;;
"start staple-fetch.service " | "start staple-fetch-reload.service ") oneshot "$2" ;;
"restart $unit.service ") stop; start ;;
"try-reload-or-restart $unit.service ") ! alive || eval "$reload" ;;
*) echo "systemctl: not known here: $*" >&2; exit 1 ;;
esac
SH
cat >"$T/bin/staple-gate" <<'SH'
#!/bin/sh
exec "$BUILDDIR/tools/staple-gate" --no-system-policy --trust "$ca" --timeout 15s --connect "127.0.0.1:$port" "$@"
SH
chmod +x "$T"/bin/*
export BUILDDIR PATH=$T/bin:$PATH

# --- a recipe ---

# recipe NAME UNIT PROGRAM SED...: a root of its own, with the recipe and the certificate in place
recipe() {
	server=$1 unit=$2 root=$T/$1 port=$(free_port) port2=$(free_port)
	command -v "$3" >/dev/null || { skip "the recipe for $1" "$3 is not installed"; return 1; }
	reload=$(sed -n 's#^ExecReload=.*kill -\([A-Z0-9]*\) \$MAINPID#\1#p' \
		"/lib/systemd/system/$unit.service" 2>/dev/null | tail -n 1)
	reload="kill -${reload:-HUP} \$(cat \$root/pid)"
	export server unit root port reload
	served="file good"
	local file edits=()
	for edit in "${@:4}"; do
		edit=${edit//PORT2/$port2}
		edits+=(-e "${edit//PORT/$port}")
	done
	mkdir -p "$root/recipes" "$root/etc/ssl/sites/$site" "$root"/var/{lib/staples,www/html,run} "$root/run"
	cp -r "$SRCDIR/contrib/servers/$1" "$SRCDIR/contrib/servers/staple-fetch-first.conf" "$root/recipes"
	for file in "$root/recipes/$1"/* "$root/recipes/staple-fetch-first.conf"; do
		sed -i -E -e "s#(^|[^[:alnum:]_.-])/(etc|run|var|usr/share)/#\1$root/\2/#g" \
			-e "s/(www|mail)\.example\.com/$site/g" "${edits[@]}" "$file"
	done
	cp "$pki/ms.chain.pem" "$root/etc/ssl/sites/$site/fullchain.pem"
	cp "$pki/ms.key" "$root/etc/ssl/sites/$site/privkey.pem"
	staple=$root/var/lib/staples/$site.ocsp
	ln -s "$pki" "$root/pki"
}

# The command that the server's own unit would run.
starts() { printf '#!/bin/bash\nexec %s\n' "$1" >"$root/start"; chmod +x "$root/start"; }

steps() {
	sed -n '/^```sh$/,/^```$/p' "$root/recipes/$server/README.md" | sed '1d; /^```$/,$d' >"$root/steps"
	(cd "$root/recipes/$server" && sh -eux "$root/steps")
	local code=$?
	[ ! -s "$root/pid" ] || at_end_kill "$(cat "$root/pid")"
	[ $code = 0 ] || tail -n 20 "$root/log" >&2
	return $code
}

# Until the server sends the staple that is in the file.
sends_the_file() {
	for _ in $(seq 250); do # Exim takes its time
		rm -f "$root/got.der"
		gnutls-cli --x509cafile "$ca" --sni-hostname "$site" --verify-hostname "$site" \
			--save-ocsp="$root/got.der" -p "$port" 127.0.0.1 "$@" </dev/null >"$root/cli.out" 2>&1 &&
			cmp -s "$root/got.der" "$staple" && return
		sleep 0.1
	done
	tail -n 5 "$root/cli.out" "$root/log"
	return 1
}
renewed() { # a later one from the responder, and what the path unit starts then
	cp "$staple" "$root/before.der"
	lab_mode good
	(. "$root/etc/default/staple-fetch" && staple-fetch --no-system-policy --force $STAPLE_FETCH_ARGS) &&
		! cmp -s "$staple" "$root/before.der" && systemctl start staple-fetch-reload.service
}
# runs_soundly [GNUTLS-CLI-OPTION...]: the steps, and a new staple while the server runs
runs_soundly() {
	lab_mode left:500000:3600
	ok "$server: the README's steps, the gate at their end" steps
	status_is "$server: the inventory has nothing against it" 0 \
		staple-inventory --no-system-policy --servers --fail-on warning --format json "$root/etc"
	is "$server: the inventory finds how the certificate is served" "$(jq -r \
		'[.certificates[].served_by[] | .stapling + " " + (.staple.judged // "-")] | join(", ")' "$T/out")" "$served"
	ok "$server: a new staple is fetched, and the server told" renewed
	ok "$server: it sends the new one" sends_the_file "$@"
}
# For servers that fetch by themselves: a restart while the responder is dead, which nobody asks.
asks_nobody() {
	lab_mode close
	local asked
	asked=$(wc -l <"$T/responder.log")
	systemctl restart "$unit.service" >"$root/restart" 2>&1
	[ ! -s "$root/pid" ] || at_end_kill "$(cat "$root/pid")"
	ok "$server: restarted while the responder is dead, the gate passes" staple-gate "$site"
	is "$server: nobody asked the responder" "$(wc -l <"$T/responder.log")" "$asked"
}
# without_staple STATUS TARGET: what the gate says after a restart without one
without_staple() {
	rm -f "$staple"
	systemctl restart "$unit.service" >"$root/restart" 2>&1
	[ ! -s "$root/pid" ] || at_end_kill "$(cat "$root/pid")"
	status_is "$server without the staple: the gate blocks" "$1" staple-gate "$2"
}
stopped() { kill "$(cat "$root/pid")" 2>/dev/null; }

# --- the recipes ---

if recipe nginx nginx nginx 's/listen 443 /listen 127.0.0.1:PORT /' 's/listen \[::\]:443 /listen 127.0.0.1:PORT2 /'; then
	cat >"$root/nginx.conf" <<-CONF
		worker_processes 4; daemon off; pid $root/nginx.pid; error_log $root/log;
		$(as_root && echo 'user root;')
		events { }
		http {
		  access_log off; client_body_temp_path $root/t; proxy_temp_path $root/t; fastcgi_temp_path $root/t;
		  uwsgi_temp_path $root/t; scgi_temp_path $root/t;
		  include $root/etc/nginx/conf.d/*.conf;
		}
	CONF
	starts "nginx -e $root/log -c $root/nginx.conf"
	runs_soundly
	without_staple 2 "$site" # it does not even start
	ok "nginx: says why" grep -q 'BIO_new_file.*No such file' "$root/log"
	stopped
fi

if recipe haproxy haproxy haproxy 's/bind :443 /bind 127.0.0.1:PORT /'; then
	mkdir -p "$root/etc/haproxy" "$root/run/haproxy"
	cat >"$root/etc/haproxy/haproxy.cfg" <<-CONF
		global
		  stats socket $root/run/haproxy/admin.sock mode 660 level admin
		defaults
		  retries 0
		  timeout connect 5s
		  timeout client 5s
		  timeout server 5s

	CONF
	starts "haproxy -W -db -f $root/etc/haproxy/haproxy.cfg"
	runs_soundly
	sleep 1.1 # thisUpdate has seconds
	push=$(sed -n 's/^    STAPLE_FETCH_ARGS="\(.*\)"$/\1/p' "$root/recipes/haproxy/README.md")
	ok "haproxy: a staple pushed as the README says" staple-fetch --no-system-policy --force $push
	ok "haproxy: is sent without a reload" sends_the_file
	without_staple 1 "$site"
	stopped
fi

if recipe hitch hitch hitch 's/host = "\*"/host = "127.0.0.1"/' 's/port = "443"/port = "PORT"/'; then
	user=
	as_root && user="--user nobody --group nogroup"
	starts "hitch $user --config $root/etc/hitch/hitch.conf"
	runs_soundly
	without_staple 2 "tls://$site" # it does not even start
	stopped
fi

if recipe lighttpd lighttpd lighttpd 's/0\.0\.0\.0:443/127.0.0.1:PORT/'; then
	cat >"$root/lighttpd.conf" <<-CONF
		server.modules = ( )
		server.document-root = "$root/var/www/html"
		server.bind = "127.0.0.1"
		server.port = $port2
		server.errorlog = "$root/log"
		include "$root/etc/lighttpd/conf-enabled/*.conf"
	CONF
	starts "lighttpd -D -f $root/lighttpd.conf"
	runs_soundly
	without_staple 1 "$site"
	stopped
fi

if recipe exim exim4 exim4; then
	cat >"$T/bin/update-exim4.conf" <<-'SH'
		#!/bin/sh
		cat "$root/head.conf" "$root"/etc/exim4/conf.d/main/* "$root/tail.conf" >"$root/exim.conf"
	SH
	chmod +x "$T/bin/update-exim4.conf"
	cat >"$root/head.conf" <<-CONF
		$(as_root || printf 'exim_user = %s\nexim_group = %s' "$(id -un)" "$(id -gn)")
		primary_hostname = lab.test
		spool_directory = $root/spool
		log_file_path = $root/%slog
		pid_file_path = $root/exim.pid
		local_interfaces = 127.0.0.1
		daemon_smtp_ports = $port
	CONF
	printf '%s\n' 'begin acl' 'begin routers' 'begin transports' 'begin retry' '* * F,2h,15m' \
		'begin rewrite' 'begin authenticators' >"$root/tail.conf"
	mkdir "$root/spool"
	user=
	if as_root; then
		user="setpriv --reuid=Debian-exim --regid=Debian-exim --clear-groups"
		chown Debian-exim "$root" "$root/spool" "$root/etc/ssl/sites/$site/privkey.pem"
	fi
	starts "$user exim4 -C $root/exim.conf -bdf"
	runs_soundly --starttls-proto=smtp
	without_staple 2 "smtp://$site" # every STARTTLS fails
	stopped
fi

if recipe apache apache2 apache2 's/\*:443/127.0.0.1:PORT/' 's/8888/PORT2/'; then
	mkdir "$root/etc/apache2"
	served="on -"
	printf '#!/bin/sh\n' >"$T/bin/a2enmod"
	printf '#!/bin/sh\nmkdir -p "$root/etc/apache2/sites-enabled"\n%s "%s" "%s"\n' 'ln -sf' \
		'$root/etc/apache2/sites-available/$1.conf' '$root/etc/apache2/sites-enabled' >"$T/bin/a2ensite"
	chmod +x "$T"/bin/a2*
	{
		printf '%s\n' "ServerRoot $root" 'ServerName localhost' "PidFile $root/apache.pid" "Mutex file:$root" \
			"ErrorLog $root/log" "Listen 127.0.0.1:$port" "IncludeOptional $root/etc/apache2/sites-enabled/*.conf"
		as_root && printf 'User nobody\nGroup nogroup\n'
		for module in mpm_event authz_core authz_host mime socache_shmcb ssl; do
			echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
		done
		echo 'TypesConfig /dev/null'
	} >"$root/etc/apache2/apache2.conf"
	starts "env APACHE_RUN_DIR=$root/run apache2 -f $root/etc/apache2/apache2.conf -DFOREGROUND"
	reload='kill -USR1 $(cat $root/pid)' # apachectl graceful
	runs_soundly
	asks_nobody
	without_staple 1 "$site"
	stopped
fi

if recipe caddy caddy caddy "s#^$site \{#https://$site:PORT {\n\tbind 127.0.0.1#"; then
	mkdir -p "$root/usr/share/staple-tools/servers" "$root/etc/caddy" "$root/var/lib/caddy/.local/share/caddy"
	cp -r "$SRCDIR/contrib/servers/caddy" "$root/usr/share/staple-tools/servers"
	! as_root || chown nobody "$root/var/lib/caddy/.local/share/caddy" # root writes there as its owner
	printf '{\n\tadmin 127.0.0.1:%s\n\tauto_https disable_redirects\n\tocsp_interval 1s\n}\n' "$port2" \
		>"$root/etc/caddy/Caddyfile"
	starts "env HOME=$root/var/lib/caddy XDG_DATA_HOME= XDG_CONFIG_HOME= caddy run --config $root/etc/caddy/Caddyfile"
	served="on -"
	reload='caddy reload --config $root/etc/caddy/Caddyfile --force 2>>"$root/log"'
	as_root || echo 'STAPLE_RELOAD="$STAPLE_RELOAD && systemctl try-reload-or-restart caddy.service"' \
		>>"$root/recipes/caddy/staple-fetch.default"
	runs_soundly
	! as_root || is "caddy: what stands in its storage is its owner's" \
		"$(stat -c %U "$root"/var/lib/caddy/.local/share/caddy/ocsp/*)" nobody
	asks_nobody
	# Half of its life is over in two seconds: then Caddy looks into its storage again.
	rm -f "$staple"
	lab_mode left:1002:998
	systemctl start staple-fetch.service >"$root/fetched"
	systemctl start staple-fetch-reload.service 2>>"$root/log"
	reload=true
	ok "caddy: a new staple, and no reload" renewed
	lab_mode close
	asked=$(wc -l <"$T/responder.log")
	ok "caddy: it is sent when half of the old one's life is over" sends_the_file
	is "caddy: nobody asked the responder for it" "$(wc -l <"$T/responder.log")" "$asked"
	rm -r "$root/var/lib/caddy/.local/share/caddy/ocsp"
	without_staple 1 "$site"
	stopped
fi
ok "store-staples is plain sh" sh -n "$SRCDIR/contrib/servers/caddy/store-staples"
if command -v shellcheck >/dev/null; then
	ok "store-staples: shellcheck" shellcheck "$SRCDIR/contrib/servers/caddy/store-staples"
fi
done_testing
