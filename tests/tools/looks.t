# What people see: no line is wider than the terminal, no word is cut, wide and right-to-left names
# keep their columns, and a pipe, a file and NO_COLOR get no escape code.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
lab_responder && lab_mode good && lab_pki && lab_servers ms:none ms:good ms:expired || exit 2
cd "$pki" || exit 2
cp ms.chain.pem "東京証明書-ワイルドカード.pem"
run staple-csr -q --key ms.key --out ms.csr ms.lab.test
lab_staple good ms good.ocsp

# seen COLUMNS COMMAND...: what a terminal of that width gets, in $T/seen
seen() {
	local columns=$1; shift
	$python - "$columns" "$@" >"$T/seen" <<'PY'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.environ.pop("COLUMNS", None)
    os.environ.setdefault("TERM", "xterm")
    os.read(0, 1)
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(sys.argv[1]), 0, 0))
attributes = termios.tcgetattr(fd)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(fd, termios.TCSANOW, attributes)
os.write(fd, b"\n")
out = b""
while True:
    try:
        got = os.read(fd, 65536)
    except OSError:
        break
    if not got:
        break
    out += got
os.waitpid(pid, 0)
sys.stdout.buffer.write(out.replace(b"\r\n", b"\n"))
PY
}

# wide COLUMNS: the lines of $T/seen that are wider, without escape codes and progress
wide() {
	$python - "$1" "$T/seen" <<'PY'
import re, sys, unicodedata
for line in open(sys.argv[2], encoding="utf-8"):
    line = re.sub("\x1b\\[[0-9;]*[mK]", "", line.rstrip("\n").split("\r")[-1])
    n = sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
            for c in line)
    if n > int(sys.argv[1]) and not line.startswith("staple-"): # messages are one line
        print(n, line)
PY
}

none=(staple-gate --trust root.pem --connect "127.0.0.1:$(port_of ms:none)" ms.lab.test)
good=(staple-gate --trust root.pem --connect "127.0.0.1:$(port_of ms:good)" ms.lab.test)
expired=(staple-gate --trust root.pem --connect "127.0.0.1:$(port_of ms:expired)" ms.lab.test)
verify=(staple-verify --trust root.pem --client all --csr ms.csr --host other.example
	--staple good.ocsp ms.chain.pem)
named=(staple-verify --trust root.pem 東京証明書-ワイルドカード.pem)
inspect=(staple-inspect ms.chain.pem ms.csr good.ocsp)
fetch=(staple-fetch --issuer int.pem --out 東京証明書.ocsp --force 東京証明書-ワイルドカード.pem)
refused=(staple-csr --ca lets-encrypt --out-key n.key --out n.csr www.example.com)
made=(staple-csr --force --subject 'CN=東京証明書サービス' --out-key n.key --out n.csr www.example.com
	mail.example.com shop.example.com intranet.example.com)
for columns in 80 120 200; do
	for what in none good expired verify named inspect fetch refused made; do
		declare -n command=$what
		seen "$columns" "${command[@]}"
		is "$what at $columns columns" "$(wide "$columns")" ""
		tap_like "is in colour" "$T/seen" $'\e\\['
		seen "$columns" env NO_COLOR=1 "${command[@]}"
		tap_unlike "without with NO_COLOR" "$T/seen" $'\e\\[[0-9;]*m'
	done
done
for what in none good verify inspect fetch refused made; do
	declare -n command=$what
	run "${command[@]}"
	out_unlike "$what in a pipe has no escape code" $'\e|\r'
	err_unlike "nor its messages" $'\e|\r'
	run "${command[@]}" --color always
	out_like "unless it is asked for" $'\e\\['
done

# The words at the ends of lines are whole words: wrapped and not, the words are the same.
words() { sed 's/\x1b\[[0-9;]*[mK]//g' "$1" | tr -s ' \n' '\n'; }
for what in none verify refused; do
	declare -n command=$what
	seen 80 "${command[@]}"
	words "$T/seen" | sed '/^$/d' | sort >"$T/narrow"
	seen 200 "${command[@]}"
	words "$T/seen" | sed '/^$/d' | sort >"$T/broad"
	is "$what: the words at 80 and 200 columns are the same" "$(diff "$T/narrow" "$T/broad")" ""
done
done_testing
