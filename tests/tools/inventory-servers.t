# staple-inventory --servers: what each server's configuration says, in its own syntax.  A server that
# is installed has to take the configuration too, so that the syntax here is the real one.
. "$SRCDIR/tests/tap.sh" || exit 99
cd "$T" || exit 99
T=$(pwd -P)
inv() { staple-inventory --no-system-policy --servers "$@"; }
query() { /usr/bin/python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$T/out" "$1"; }
# served: NAME FILE:LINE STAPLING STAPLE-FILE JUDGED, a line each, sorted
served() {
	/usr/bin/python3 - "$T/out" "$T/" <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
cut = lambda p: p.replace(sys.argv[2], "") if p else "-"
for line in sorted("%s %s:%d %s %s %s" % (c["names"][0].split(".")[0] if c["names"] else "?", cut(s["file"]), s["line"],
                   s["stapling"], cut(s["staple_file"]), s["staple"]["judged"] if s["staple"] else "-")
                   for c in d["certificates"] for s in c["served_by"]):
    print(line)
PY
}
problems() { query 'sorted((p["severity"], p["path"].replace("'"$T"'/", ""), p["reason"].replace("'"$T"'/", "")) for p in d["problems"] if "hold" not in p["reason"] and "is in it" not in p["reason"])'; }
takes() { # SERVER COMMAND...: only when it is there
	local what=$1; shift
	command -v "$1" >/dev/null && ok "$what takes the configuration" "$@"
}

# --- certificates with their chain and key in one file, and staples ---
mkdir pki certs
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/ca.key -days 4000 \
	-subj '/CN=Test CA' -out pki/ca.pem 2>/dev/null
for n in a b c d e f; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/$n.key -subj /CN=$n.example \
		-out pki/$n.csr 2>/dev/null
	printf '[x]\nsubjectAltName=DNS:%s.example\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:1/\n%s\n' $n \
		"$([ $n = f ] || echo tlsfeature=status_request)" >pki/ext
	openssl x509 -req -in pki/$n.csr -CA pki/ca.pem -CAkey pki/ca.key -days 4000 -extfile pki/ext -extensions x \
		-out pki/$n.pem 2>/dev/null
	cat pki/$n.pem pki/ca.pem pki/$n.key >certs/$n.pem
done
cat >staple.py <<'PY'
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
cert, ca = (x509.load_pem_x509_certificate(open("pki/%s.pem" % n, "rb").read()) for n in (sys.argv[1], "ca"))
key = serialization.load_pem_private_key(open("pki/ca.key", "rb").read(), None)
now = datetime.datetime.utcnow()
r = ocsp.OCSPResponseBuilder().add_response(cert, ca, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, now,
    now + datetime.timedelta(days=7), None, None).responder_id(ocsp.OCSPResponderEncoding.NAME, ca)
sys.stdout.buffer.write(r.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
PY
staple() { /usr/bin/python3 -W ignore staple.py "$1"; }

# --- nginx: inheritance, includes in blocks, nested, in a loop; what stands behind counts too ---
mkdir -p nginx/sites nginx/snippets
cat >nginx/nginx.conf <<CONF
pid $T/nginx/pid; error_log stderr; events { }
http {
    access_log off;
    include sites/*.conf;
    include nothing/*.conf;
    server { listen 127.0.0.1:8443 ssl; ssl_certificate "$T/certs/c.pem"; ssl_certificate_key $T/certs/c.pem; }
    server { # the one around it
        listen 127.0.0.1:8444 ssl; server_name \${host};
        ssl_stapling off;
    }
    ssl_certificate ../certs/d.pem; ssl_certificate_key ../certs/d.pem;
    ssl_stapling on; # said at the end, for all above
    ssl_trusted_certificate ../pki/ca.pem;
}
CONF
cat >nginx/sites/one.conf <<CONF
server {
    listen 127.0.0.1:8445 ssl;
    ssl_certificate ../certs/a.pem;
    ssl_certificate_key ../certs/a.pem;
    include snippets/staple.conf;
}
server {
    listen 127.0.0.1:8446 ssl;
    ssl_certificate ../certs/b.pem;
    ssl_certificate_key ../certs/b.pem;
    include snippets/staple.conf;
}
CONF
echo 'include snippets/file.conf;' >nginx/snippets/staple.conf
echo "ssl_stapling_file $T/a.der;" >nginx/snippets/file.conf
staple a >a.der
takes nginx nginx -t -q -p "$T/nginx" -e stderr -c "$T/nginx/nginx.conf"
status_is "nginx" 0 inv --format json nginx/nginx.conf
is "nginx: settings come from around, from includes, and from behind" "$(served)" \
	"a nginx/sites/one.conf:3 file a.der good
b nginx/sites/one.conf:9 file a.der refused
c nginx/nginx.conf:6 on - -
d nginx/nginx.conf:11 off - -"
is "nginx: the certificates that it names are read, wherever they are" \
	"$(query 'sorted(c["source"].split("/")[-1] for c in d["certificates"] if c["must_staple"] == "yes")')" \
	"['a.pem', 'b.pem', 'c.pem', 'd.pem']"
is "nginx: its traps are findings" \
	"$(query 'sorted((c["names"][0][0], f["id"]) for c in d["certificates"] for f in c["findings"] if f["id"].startswith("server."))')" \
	"[('b', 'server.staple-wrong'), ('c', 'server.first-handshake'), ('d', 'server.stapling-off')]"
run inv nginx/nginx.conf
out_like "nginx: the row tells the line, and until when its staple is good" \
	"served by nginx, nginx/sites/one.conf:3: stapling from $T/a.der: good until 20"
status_is "nginx: by its folder it is the same" 0 inv --format json nginx
is "nginx: parts count once" "$(served | wc -l)" 4
echo 'include nginx.conf;' >>nginx/snippets/file.conf
status_is "nginx: a file that includes itself" 2 inv --format json nginx/nginx.conf
is "nginx: is told" "$(problems)" "[('error', 'nginx/snippets/file.conf', 'line 2: includes nginx/nginx.conf, in which it stands itself')]"
cat >nginx/nginx.conf <<CONF
events { } http { server {
  ssl_certificate $T/certs/a.pem; ssl_certificate $T/certs/b.pem; ssl_stapling on; ssl_stapling_file $T/a.der;
} server {
  ssl_certificate \$ssl_server_name.pem; ssl_certificate gone.pem;
} server { ssl_certificate $T/certs/e.pem; ssl_stapling on; } include gone.conf; }
CONF
status_is "nginx: what is named and is not there" 2 inv --format json nginx/nginx.conf
is "nginx: is a problem, a variable is not followed" "$(problems)" \
	"[('error', 'nginx/nginx.conf', 'line 4: nginx is to serve nginx/gone.pem: cannot be opened: No such file or directory'), ('error', 'nginx/nginx.conf', 'line 5: include nginx/gone.conf: there is no such file'), ('info', 'nginx/nginx.conf', 'line 4: ssl_certificate \$ssl_server_name.pem: known only when a client comes, not followed')]"
is "nginx: one staple file for two certificates" \
	"$(query 'sorted({(c["names"][0][0], f["id"]) for c in d["certificates"] for f in c["findings"] if f["id"].startswith("server.") and c["names"][0] < "c"})')" \
	"[('a', 'server.shared-staple'), ('b', 'server.shared-staple'), ('b', 'server.staple-wrong')]"
mkdir -p nginx/live/a.example nginx/live/f.example
cp certs/a.pem nginx/live/a.example/chain.pem; cp certs/f.pem nginx/live/f.example/chain.pem
cat >nginx/nginx.conf <<CONF
worker_processes 1;
events
{ }
http
{
  map \$ssl_server_name \$which { default b; hostnames; d.example "d"; include more.map; }
  map \$which \$cert
  {
    default ../certs/\${which}.pem;
  }
  ssl_stapling on; ssl_stapling_file $T/a.der;
  server { listen 127.0.0.1:8443 ssl; ssl_certificate \$cert; ssl_certificate_key \$cert; }
  server { listen 127.0.0.1:8444 ssl; ssl_certificate live/\$ssl_server_name/chain.pem;
    ssl_certificate_key ../pki/a.key; }
  server { listen 127.0.0.1:8446 ssl; ssl_certificate data:\$ssl_server_name; ssl_certificate_key data:\$ssl_server_name; }
  server { listen 127.0.0.1:8447 ssl; ssl_certificate none/\$ssl_server_name; ssl_certificate_key ../pki/a.key; }
}
CONF
echo 'e.example e;' >nginx/more.map
takes "nginx, with variables," nginx -t -q -p "$T/nginx" -e stderr -c "$T/nginx/nginx.conf"
status_is "nginx: a certificate that a variable names" 1 inv --fail-on server.stapling-off --format json nginx/nginx.conf
is "nginx: its maps are followed, and any file that fits" "$(served)" \
	"a nginx/nginx.conf:13 impossible - -
b nginx/nginx.conf:12 impossible - -
d nginx/nginx.conf:12 impossible - -
e nginx/nginx.conf:12 impossible - -
f nginx/nginx.conf:13 impossible - -"
is "nginx: it is never stapled" \
	"$(query '{f["message"] for c in d["certificates"] for f in c["findings"] if f["id"] == "server.stapling-off"}')" \
	"{'nginx never staples for a certificate that a variable names'}"
is "nginx: what no file is known for is told" "$(problems)" \
	"[('info', 'nginx/nginx.conf', 'line 15: ssl_certificate data:\$ssl_server_name: known only when a client comes, not followed'), ('info', 'nginx/nginx.conf', 'line 16: ssl_certificate none/\$ssl_server_name: known only when a client comes, not followed')]"
/usr/bin/python3 - <<'PY'
names = "".join("k%d /gone/%d.pem;\n" % (i, i) for i in range(900))
open("nginx/many.conf", "w").write("http { map $a $b {" + names + "}\nserver { ssl_certificate $b$b$b$b; } }")
PY
status_is "nginx: variables that multiply" 2 timeout 60 staple-inventory --no-system-policy --servers nginx/many.conf
out_like "nginx: are told" 'not all are'
printf 'server { ssl_certificate gone.pem; }\n' >part.conf
status_is "a part whose main file is not known names what is not there" 0 inv --format json --fail-on error .  --include part.conf

# --- Apache: hosts take over what they do not say; Define, IfModule, IfDefine, ServerRoot ---
mkdir -p apache/sites-enabled apache/sites-available apache/more/deep
cat >apache/apache2.conf <<CONF
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
ServerName localhost
PidFile $T/apache/pid
ErrorLog $T/apache/log
ServerRoot "$T/apache"
Define CERTS $T/certs
<IfModule ssl_module>
  SSLStaplingCache shmcb:$T/apache/stapling(65536)
  <IfModule !ssl_module>
    SSLUseStapling off
  </IfModule>
</IfModule>
<IfDefine NEVER>
  SSLUseStapling off
</IfDefine>
IncludeOptional sites-enabled/*.conf
IncludeOptional nothing/*.conf
Include more
Listen 127.0.0.1:8447
SSLUseStapling on
CONF
cat >apache/sites-available/a.conf <<'CONF'
<VirtualHost *:8447>
  SSLEngine on
  SSLCertificateFile \
    "${CERTS}/a.pem"
  SSLStaplingReturnResponderErrors off
</VirtualHost>
<VirtualHost *:8447>
  SSLEngine on
  SSLCertificateFile ${CERTS}/b.pem
  sslusestapling OFF
</VirtualHost>
<VirtualHost *:8447>
  SSLEngine off
  SSLCertificateFile ${CERTS}/e.pem
</VirtualHost>
CONF
ln -s ../sites-available/a.conf apache/sites-enabled/a.conf
printf '<VirtualHost *:8447>\nSSLEngine on\nSSLCertificateFile ${CERTS}/c.pem\n</VirtualHost>\n' >apache/more/deep/c.inc
printf '<VirtualHost *:443>\nSSLCertificateFile /x/y.pem\n</VirtualHost>\n' >apache/sites-available/old.conf
takes Apache apache2 -t -f "$T/apache/apache2.conf"
status_is "Apache" 0 inv --format json apache
is "Apache: hosts, folders, sections" "$(served)" \
	"a apache/sites-enabled/a.conf:3 on - -
b apache/sites-enabled/a.conf:9 off - -
c apache/more/deep/c.inc:3 on - -"
is "Apache: its made-up answers are a finding" \
	"$(query 'sorted((c["names"][0][0], f["id"]) for c in d["certificates"] for f in c["findings"] if f["id"].startswith("server."))')" \
	"[('b', 'server.stapling-off'), ('c', 'server.forged-answer')]"
is "Apache: a site that is not enabled is not in force" "$(problems)" \
	"[('info', 'apache/sites-available/old.conf', \"a server's configuration, not in force by its name: not read\")]"

cat >apache/macro.conf <<CONF
ServerRoot $T/apache
<Macro Shop \$name \$nam \$cert>
  <VirtualHost *:8449>
    ServerName \$name.\$nam
    SSLEngine on
    SSLCertificateFile \$cert.pem
    <IfModule ssl_module>
      SSLUseStapling \$nam
    </IfModule>
  </VirtualHost>
</Macro>
<Macro Again>
  Use Again
</Macro>
Use Shop a on $T/certs/a
use shop "b" off "$T/certs/b"
UndefMacro Shop
<VirtualHost *:8450>
  SSLEngine on
  SSLCertificateFile $T/certs/c.pem
</VirtualHost>
CONF
{
	sed '/VirtualHost/,$d; /ServerRoot/d; /IncludeOptional/d; /^Include/d; /Listen/d; s#^<IfDefine NEVER>#<IfDefine !NEVER>#' apache/apache2.conf |
		sed '/<IfDefine/,$d'
	echo 'LoadModule macro_module /usr/lib/apache2/modules/mod_macro.so'
	printf 'Listen 127.0.0.1:8449\nListen 127.0.0.1:8450\n'
	sed '/<Macro Again>/,/<\/Macro>/d' apache/macro.conf
} >apache/real.conf
[ -e /usr/lib/apache2/modules/mod_macro.so ] && takes "Apache, with macros," apache2 -t -f "$T/apache/real.conf"
rm apache/real.conf
status_is "Apache: macros" 0 inv --format json apache/macro.conf
is "Apache: stand for their lines" "$(served)" \
	"a apache/macro.conf:6 on - -
b apache/macro.conf:6 off - -
c apache/macro.conf:20 off - -"
printf 'Use Again\nUse Never\n' >>apache/macro.conf
status_is "Apache: a macro that uses itself" 2 inv --format json apache/macro.conf
is "Apache: is told, and one that is not known" "$(problems)" \
	"[('error', 'apache/macro.conf', 'line 13: Use Again: nested too deep, or too often: not followed'), ('info', 'apache/macro.conf', 'line 23: Use Never: no such macro is known')]"

# --- HAProxy: folders, lists, bases, bundles, staples beside ---
mkdir -p haproxy/dir haproxy/base
cp certs/a.pem haproxy/dir/a.pem; staple a >haproxy/dir/a.pem.ocsp; cp certs/b.pem haproxy/dir/b.pem
echo text >haproxy/dir/b.pem.key.txt.key
cp certs/c.pem haproxy/base/c.pem; cp certs/d.pem haproxy/base/d.pem.ecdsa
cp certs/e.pem haproxy/base/e.pem; staple e >haproxy/base/e.pem.ocsp
cat >haproxy/haproxy.cfg <<CONF
global
  stats socket $T/haproxy/s level admin
  crt-base $T/haproxy/base
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend f
  bind 127.0.0.1:8448 ssl crt $T/haproxy/dir alpn h2
  bind 127.0.0.1:8449 ssl crt-list $T/haproxy/list.txt crt d.pem
  default_backend b
backend b
  server s 127.0.0.1:1 ssl verify none crt c.pem
CONF
printf '# all\ne.pem [alpn h2] *.example\n\nc.pem !x.example\n' >haproxy/list.txt
takes HAProxy haproxy -c -q -f "$T/haproxy/haproxy.cfg"
status_is "HAProxy" 0 inv --format json haproxy/haproxy.cfg
is "HAProxy: a folder, a list, a bundle; a server's own certificate is served to nobody" "$(served)" \
	"a haproxy/haproxy.cfg:10 file haproxy/dir/a.pem.ocsp good
b haproxy/haproxy.cfg:10 off - -
c haproxy/list.txt:4 off - -
d haproxy/haproxy.cfg:11 off - -
e haproxy/list.txt:2 file haproxy/base/e.pem.ocsp good"
printf 'global\n  maxconn 9\nfrontend f\n  bind :1 ssl crt dir/\n  bind :2 ssl crt dir\n' >haproxy/haproxy.cfg
status_is "HAProxy, with paths that are relative" 0 inv --format json haproxy/haproxy.cfg
is "HAProxy: a folder beside the configuration, with a slash or without" "$(served)" \
	"a haproxy/haproxy.cfg:4 file haproxy/dir/a.pem.ocsp good
a haproxy/haproxy.cfg:5 file haproxy/dir/a.pem.ocsp good
b haproxy/haproxy.cfg:4 off - -
b haproxy/haproxy.cfg:5 off - -"
cat >haproxy/haproxy.cfg <<CONF
global
  ssl-load-extra-files none
crt-store web
  crt-base $T/haproxy/base
  load crt "c.pem" alias shop ocsp "e.pem.ocsp"
  load crt "e.pem" ocsp-update on
frontend f
  bind :443 ssl crt @web/shop crt @web/e.pem crt "\$HOME/x.pem" crt $T/haproxy/dir/a.pem
  bind :444 ssl crt-list list.txt
  ssl-f-use crt "$T/haproxy/base/d.pem.ecdsa" ocsp-update on
CONF
printf '%s [ocsp-update on] b.example\n' "$T/haproxy/dir/b.pem" >haproxy/list.txt
status_is "HAProxy, with a store and updates" 0 inv --format json haproxy/haproxy.cfg
is "HAProxy: it may fetch itself" "$(served)" \
	"a haproxy/haproxy.cfg:8 off - -
b haproxy/list.txt:1 on - -
c haproxy/haproxy.cfg:8 file haproxy/base/e.pem.ocsp refused
d haproxy/haproxy.cfg:10 on - -
e haproxy/haproxy.cfg:8 on - -"
is "HAProxy: what it takes from the environment is not followed" "$(problems)" \
	"[('info', 'haproxy/haproxy.cfg', 'line 8: crt \$HOME/x.pem: not followed')]"

# --- hitch ---
mkdir -p hitch/dir; cp certs/c.pem hitch/dir/c.pem; cp certs/d.pem hitch/dir/d.crt; staple b >b.der
cat >hitch/hitch.conf <<CONF
frontend = {
  host = "127.0.0.1"
  port = "8450"
  pem-file = { cert = "$T/certs/a.pem" ocsp-resp-file = "$T/b.der" }
}
backend = "[127.0.0.1]:80"
ocsp-dir = "" # no fetching
pem-file = {
  cert = "$T/certs/b.pem"
  ocsp-resp-file = "$T/b.der"
}
pem-file = "$T/certs/e.pem"
pem-dir = "$T/hitch/dir"
pem-dir-glob = "*.pem"
CONF
takes hitch hitch --test --config="$T/hitch/hitch.conf"
status_is "hitch" 0 inv --format json hitch/hitch.conf
is "hitch: files, blocks, a folder" "$(served)" \
	"a hitch/hitch.conf:4 file b.der refused
b hitch/hitch.conf:8 file b.der good
c hitch/hitch.conf:13 off - -
e hitch/hitch.conf:12 off - -"
sed -i "s#^ocsp-dir.*#ocsp-dir = \"$T/hitch\"#" hitch/hitch.conf
run inv --format json hitch/hitch.conf
is "hitch: fetching into ocsp-dir" "$(served | grep -c ' on ')" 2

# --- lighttpd ---
mkdir -p lighttpd/enabled
cat >lighttpd/lighttpd.conf <<CONF
server.modules = ( "mod_openssl" )
server.document-root = "$T" # all of it
server.port = 8451
var.certs = "$T/certs"
ssl.pemfile = var.certs + "/a.pem"
include_shell "touch $T/ran; echo 'ssl.engine = \"enable\"'"
\$SERVER["socket"] == "127.0.0.1:8452" {
  ssl.engine = "enable"
  \$HTTP["host"] =~ "^b\." {
    ssl.pemfile = var.certs + "/b.pem"
    ssl.stapling-file = "$T/b.der"
  }
  else \$HTTP["host"] == "c.example" {
    ssl.pemfile = certs_of_c
  }
}
include "enabled/*.conf"
CONF
printf '$SERVER["socket"] == "127.0.0.1:8453" {\n\tssl.engine = "enable"\n\tssl.pemfile = var.certs + "/d.pem"\n}\n' \
	>lighttpd/enabled/d.conf
sed '/certs_of_c/d; /include_shell/d' lighttpd/lighttpd.conf >lighttpd/real
[ -e /usr/lib/lighttpd/mod_openssl.so ] && takes lighttpd lighttpd -t -f "$T/lighttpd/real"
rm lighttpd/real
status_is "lighttpd" 0 inv --format json lighttpd/lighttpd.conf
is "lighttpd: conditions, variables, includes" "$(served)" \
	"a lighttpd/lighttpd.conf:5 off - -
b lighttpd/lighttpd.conf:10 file b.der good
d lighttpd/enabled/d.conf:3 off - -"
is "lighttpd: what cannot be known is told" "$(problems)" \
	"[('info', 'lighttpd/lighttpd.conf', 'line 14: ssl.pemfile: the value is not known without running lighttpd'), ('info', 'lighttpd/lighttpd.conf', 'line 6: include_shell: no command is run, so what it would say is not known')]"
ok "lighttpd: its command was not run" test ! -e ran

# --- Caddy ---
mkdir -p caddy/sites caddy/bundles
cp certs/d.pem caddy/bundles
cat >caddy/Caddyfile <<CONF
{
	auto_https off
	admin off
}
(common) {
	encode gzip
}
https://a.example:8461 {
	import common
	tls $T/certs/a.pem "$T/pki/a.key" # its own
	respond "tls no certificate"
}
https://d.example:8462 {
	tls {
		load $T/caddy/bundles
	}
}
https://e.example:8463 {
	tls internal
}
import sites/*.caddy
CONF
printf 'https://b.example:8464 {\n\ttls {\n\t\tprotocols tls1.2 tls1.3\n\t}\n}\nhttps://c.example:8465 {\n\ttls ../certs/c.pem ../pki/c.key {\n\t\tprotocols tls1.2\n\t}\n}\n' \
	>caddy/sites/c.caddy
takes caddy env HOME="$T" XDG_DATA_HOME= XDG_CONFIG_HOME= bash -c 'cd caddy && caddy adapt --config Caddyfile'
status_is "Caddy" 0 inv --format json caddy/Caddyfile
is "Caddy: files, a folder, imports" "$(served)" \
	"a caddy/Caddyfile:10 on - -
c caddy/sites/c.caddy:7 on - -
d caddy/Caddyfile:15 on - -"
is "Caddy: nothing is missed" "$(problems)" "[]"
sed -i 's/auto_https off/ocsp_stapling off/; s#tls .*a.key"#tls {$CERTS}/a.pem {$CERTS}/a.key#' caddy/Caddyfile
run inv --format json caddy/Caddyfile
is "Caddy: stapling off, and what cannot be known" "$(served | cut -d' ' -f3 | sort -u) $(problems)" \
	"off [('error', 'caddy/Caddyfile', 'line 10: tls {\$CERTS}/a.pem: the value is not known without running Caddy')]"

# --- Exim ---
mkdir exim
cat >exim/exim4.conf <<CONF
CONFDIR = $T/certs
.ifdef NEVER
tls_certificate = /never.pem
.elifdef CONFDIR
.ifndef MAIN_TLS_CERTIFICATE
MAIN_TLS_CERTIFICATE = CONFDIR/a.pem : \\
   CONFDIR/b.pem
.endif
tls_certificate = MAIN_TLS_CERTIFICATE
.else
tls_certificate = /else.pem
.endif
.include_if_exists $T/exim/gone.conf
.include $T/exim/staples.conf
tls_advertise_hosts = *
begin acl
begin transports
remote_smtp:
  driver = smtp
  tls_certificate = CONFDIR/e.pem
CONF
echo "tls_ocsp_file = DER $T/a.der : $T/a.der" >exim/staples.conf
status_is "Exim" 0 inv --format json exim/exim4.conf
is "Exim: macros, conditions, lists; a client's certificate is served to nobody" "$(served)" \
	"a exim/exim4.conf:9 file a.der good
b exim/exim4.conf:9 file a.der refused"
printf 'tls_certificate = ${if exists{/x}{/x}{/y}}\n.include gone.conf\n' >exim/exim4.conf
status_is "Exim: what is expanded" 2 inv --format json exim/exim4.conf
is "Exim: is told" "$(problems)" \
	"[('error', 'exim/exim4.conf', 'line 2: include exim/gone.conf: there is no such file'), ('info', 'exim/exim4.conf', 'line 1: tls_certificate: expanded for each connection, not followed')]"

# --- those that cannot staple ---
mkdir mail
printf 'smtpd_tls_cert_file = %s/certs/a.pem\nmyhostname = x\n' "$T" >mail/main.cf
printf 'ssl_cert = <%s/certs/b.pem\n!include_try local.conf\n' "$T" >mail/dovecot.conf
status_is "Postfix and Dovecot" 1 inv --fail-on server.stapling-off --format json mail
is "Postfix and Dovecot cannot staple" "$(served)" \
	"a mail/main.cf:1 impossible - -
b mail/dovecot.conf:1 impossible - -"

# --- what is no configuration ---
cat >map.yaml <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  nginx.conf: |
    server { ssl_certificate /x; }
  ca.crt: |
$(sed 's/^/    /' pki/ca.pem)
YAML
status_is "a ConfigMap with a configuration in it" 0 inv --format json map.yaml
is "is a ConfigMap" "$(query 'len(d["certificates"])')" 1

# --- configurations that are made to take time ---
mkdir big
/usr/bin/python3 - <<'PY'
open("big/nginx.conf", "w").write("http{" + "".join("server{ssl_certificate c%d;}\n" % i for i in range(20000)) + "}")
open("big/one.conf", "w").write("http {" + "include two.conf;\n" * 3000 + "}")
open("big/two.conf", "w").write("include three.conf;\n" * 3000)
open("big/three.conf", "w").write("server { ssl_certificate x; }\n" * 100)
open("big/four.conf", "w").write("http {" + "".join("ssl_certificate c%d;" % i for i in range(2000)) + "server{}\n" * 50000 + "}")
open("big/exim4.conf", "w").write("".join("A%d = A\n" % i for i in range(3000)) + "tls_certificate = " + "A" * 500000 + "\n")
PY
for f in nginx one four exim4; do
	status_is "$f: ends soon, and tells what was left out" 2 timeout 60 staple-inventory --no-system-policy --servers big/$f.conf
done

# --- what Debian installs ---
for d in /etc/nginx /etc/apache2 /etc/haproxy /etc/lighttpd /etc/exim4 /etc/dovecot; do
	[ -e "$d" ] || continue
	status_is "$d as it is installed" 0 inv --format json --fail-on warning "$d"
done
done_testing
