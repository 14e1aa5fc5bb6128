# What "make install" puts somewhere works there, and "make uninstall" takes all of it away again;
# "make html" makes pages that hold together.
. "$SRCDIR/tests/tap.sh"

umask 022
make_() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory -C "$BUILDDIR" "$@"; }
root=$T/root
files() { (cd "$root" && find . ! -type d | sort); }

# --- install, uninstall ---

places="prefix=/usr sysconfdir=/etc DESTDIR=$root"
ok "make install DESTDIR=" make_ install $places
files >"$T/installed"
data=usr/share/staple-tools
for file in usr/bin/staple-{csr,fetch,gate,inspect,inventory,verify} \
	usr/share/man/man1/staple-gate.1 usr/share/man/man5/staple-policy.5 usr/share/man/man7/staple-tools.7 \
	$data/policies/{strict,leaving}.conf $data/policies/ca/lets-encrypt.conf $data/schema/staple-gate.json \
	usr/share/bash-completion/completions/staple-gate usr/share/zsh/site-functions/_staple-tools \
	usr/share/fish/vendor_completions.d/staple-gate.fish \
	usr/lib/systemd/system/staple-fetch.{service,timer} usr/lib/sysusers.d/staple-fetch.conf \
	$data/hooks/certbot-deploy $data/monitoring/alerts.yml $data/servers/nginx/site.conf; do
	grep -qxF "./$file" "$T/installed" || echo "$file"
done >"$T/missing"
is "everything is there" "$(cat "$T/missing")" ""
is "each page of man/ is" "$(ls "$SRCDIR"/man/*.[1-9] | xargs -n 1 basename | sort)" \
	"$(sed -n 's#^\./usr/share/man/man.*/##p' "$T/installed" | sort)"
is "each schema too" "$(ls "$SRCDIR/schema" | sort)" "$(ls "$root/$data/schema" | sort)"
is "each policy and record too" "$(cd "$SRCDIR/policies" && find . -name '*.conf' | sort)" \
	"$(cd "$root/$data/policies" && find . -name '*.conf' | sort)"
is "no folder or file is writable for others" "$(find "$root" ! -type l -perm /022)" ""
is "programs and hooks can be run" \
	"$(find "$root/usr/bin" "$root/$data/hooks" -type f ! -perm -0755)" ""
is "and the recipes' scripts, but nothing else" \
	"$(find "$root" -type f -perm -0755 ! -path '*/bin/*' ! -path '*/hooks/*' -printf '%f\n' | sort | paste -sd' ')" \
	"keep-staple store-staples"
is "nothing can be run by some alone" "$(find "$root" -type f -perm /0111 ! -perm -0755)" ""
ok "the installed places stand in the manual" grep -q '^\.It Pa /etc/staple-tools/policy.conf' \
	"$root/usr/share/man/man5/staple-policy.5"
is "in every manual" "$(grep -lE 'SYSCONFDIR|DATADIR' "$root"/usr/share/man/*/*)" ""
is "no path of the build is in what is installed" \
	"$(grep -rlF -e "$T" -e "$SRCDIR/" "$root" --exclude-dir=bin)" ""
"$root/usr/bin/staple-gate" --version >"$T/version" 2>&1
is "an installed program runs" "$(cut -d' ' -f1 "$T/version" | head -n 1)" staple-gate

ok "make install again" make_ install $places
is "changes nothing" "$(files | diff "$T/installed" -)" ""
mkdir -p "$root/etc/staple-tools" && echo '# mine' >"$root/etc/staple-tools/policy.conf"
ok "make uninstall" make_ uninstall $places
is "leaves what is the administrator's, and nothing else" "$(find "$root" ! -type d)" \
	"$root/etc/staple-tools/policy.conf"
rm -r "$root"
ok "make install" make_ install $places
ok "make uninstall once more" make_ uninstall $places
is "leaves not even a folder" "$(find "$root" -mindepth 1)" ""

# Another prefix: the places follow it.
places="prefix=/opt/st DESTDIR=$root"
ok "below another prefix" make_ install $places
ok "the unit runs what is there" \
	grep -q '^ExecStart=/opt/st/bin/staple-fetch ' "$root/opt/st/lib/systemd/system/staple-fetch.service"
ok "and so does the manual" grep -q '/opt/st/share/staple-tools/policies/default.conf' \
	"$root/opt/st/share/man/man5/staple-policy.5"
make_ uninstall $places
is "and goes away" "$(find "$root" -mindepth 1)" ""

# --- html ---

command -v mandoc >/dev/null || { skip "make html" "mandoc is not installed"; done_testing; exit; }
bash "$SRCDIR/maint/html" "$T/html" 'sed -e s,SYSCONFDIR,/etc,g' "$SRCDIR"/man/*.[1-9] >"$T/out" 2>"$T/err"
is "the manuals as HTML" "$?$(cat "$T/err")" 0
is "make html makes the same pages" "$(make_ -n html | grep -o 'man/staple-[a-z]*\.[1-9]' | sort | paste -sd' ')" \
	"$(cd "$SRCDIR" && ls man/*.[1-9] | sort | paste -sd' ')"
/usr/bin/python3 - "$T/html" "$SRCDIR/man" >"$T/out" <<-'PYTHON'
	# Balanced, ids once, each link to a page and an id that exist, nothing taken from elsewhere.
	import html.parser, os, re, sys
	from urllib.parse import unquote
	folder, man = sys.argv[1:3]
	empty = {"meta", "link", "br", "hr", "img", "wbr", "col"}
	class Page(html.parser.HTMLParser):
	    def __init__(self, name):
	        super().__init__()
	        self.name, self.open, self.ids, self.links, self.text = name, [], set(), [], ""
	        with open(os.path.join(folder, name), encoding="utf-8") as f: self.feed(f.read())
	        if self.open: print(name, "unclosed:", self.open)
	    def handle_starttag(self, tag, attrs):
	        if tag not in empty: self.open.append(tag)
	        for key, value in attrs:
	            if key == "id":
	                if value in self.ids: print(self.name, "id twice:", value)
	                self.ids.add(value)
	            if key in ("href", "src"): self.links.append((tag, value))
	    def handle_endtag(self, tag):
	        if tag in empty: return
	        if not self.open or self.open.pop() != tag: print(self.name, "badly nested:", tag, self.getpos())
	    def handle_data(self, data): self.text += data
	pages = {n: Page(n) for n in sorted(os.listdir(folder)) if n.endswith(".html")}
	ours = sorted(n for n in os.listdir(man) if re.fullmatch(r"staple-.*\.[1-9]", n))
	if sorted(pages) != sorted([n + ".html" for n in ours] + ["index.html"]): print("pages:", sorted(pages))
	for name, page in pages.items():
	    for tag, link in page.links:
	        if link.startswith("https://"):
	            if tag != "a": print(name, "takes from elsewhere:", link)
	            if re.search(r"/staple-", link): print(name, "a page of ours is not linked here:", link)
	            continue
	        target, _, fragment = link.partition("#")
	        target = target or name
	        if not os.path.exists(os.path.join(folder, target)): print(name, "no such page:", link)
	        elif fragment and unquote(fragment) not in pages[target].ids: print(name, "no such place:", link)
	    if name != "index.html":
	        source = open(os.path.join(man, name.removesuffix(".html")), encoding="utf-8").read()
	        for heading in re.findall(r"^\.Sh (.*)", source, re.M):
	            if heading.strip('"').replace(" ", "_") not in page.ids: print(name, "no section:", heading)
	for n in ours:
	    if ("a", n + ".html") not in pages["index.html"].links: print("not in the index:", n)
	PYTHON
is "hold together" "$(cat "$T/out")" ""
done_testing
