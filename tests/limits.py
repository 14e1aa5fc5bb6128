#!/usr/bin/python3
"""Every limit of lib/ground/limits.h at, below and above, by the programs.

    limits.py SOURCE-FOLDER WORK-FOLDER LAB-FOLDER MODE-FILE PORT...

TESTS names each limit and its test: a function here, which is given the limit's value out of the
header, or the unit test in which its name stands.  A limit that is missing in TESTS is a failure, as
is a test whose limit has gone.  Speaks TAP.
"""
import datetime
import http.server
import io
import os
import re
import subprocess
import sys
import tarfile
import threading
import zlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from checks import ok, plan

SOURCE, WORK, LAB, MODE = sys.argv[1:5]
# Of servers whose chains have one certificate less than the limit, as many, one more; and that send
# nearly as much as they may, and more.
PORTS = sys.argv[5:]


def limits():
    """Name and value of each, as the compiler sees them."""
    with open(os.path.join(SOURCE, "lib/ground/limits.h")) as f:
        text = f.read()
    found = re.findall(r"^#define (LIMIT_\w+) (.+)$", text, re.M)
    return {name: eval(re.sub(r"(\d)u\b", r"\1", value.replace("(size_t)", ""))) for name, value in found}


def run(*args, data=None):
    return subprocess.run(args, cwd=WORK, input=data, capture_output=True, timeout=120)


def write(name, *parts):
    with open(os.path.join(WORK, name), "wb") as f:
        for part in parts:
            f.write(part)
    return name


def check(name, results, over):
    """results: (what, process, whether it is within the limit); `over` must match what is said
    beyond it, and nothing within it."""
    for what, done, within in results:
        said = bool(re.search(over, (done.stdout + done.stderr).decode(errors="replace")))
        ok((done.returncode == 0) == within and said != within and done.returncode in (0, 1, 2),
           "%s: %s" % (name, what), done.returncode, done.stdout[-400:], done.stderr[-300:])


def around(n, make):
    return [("one below", make(n - 1), True), ("at it", make(n), True), ("one above", make(n + 1), False)]


# --- certificates and staples of any size ---

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
THEN = datetime.datetime(2026, 1, 1)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "large.test")])


def certificate(filling):
    b = x509.CertificateBuilder(issuer_name=NAME, subject_name=NAME, public_key=KEY.public_key(),
                                serial_number=77, not_valid_before=THEN,
                                not_valid_after=THEN + datetime.timedelta(days=99))
    b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("2.999.1"), b"\x05" * filling), False)
    return b.sign(KEY, None)


def der_certificate(filling):
    return certificate(filling).public_bytes(serialization.Encoding.DER)


def response(filling):
    cert = certificate(1)
    b = ocsp.OCSPResponseBuilder().add_response(
        cert=cert, issuer=cert, algorithm=hashes.SHA1(), cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=THEN, next_update=THEN, revocation_time=None, revocation_reason=None)
    b = b.responder_id(ocsp.OCSPResponderEncoding.HASH, cert).add_extension(x509.OCSPNonce(b"x" * filling), False)
    return b.sign(KEY, None).public_bytes(serialization.Encoding.DER)


def sized(make, size):
    """make(filling) of exactly that size: signatures are of one length, so it grows evenly."""
    filling = size - (len(make(size - 2000)) - (size - 2000))
    data = make(filling)
    assert len(data) == size, (len(data), size)
    return data


PEM = certificate(1).public_bytes(serialization.Encoding.PEM)


def cert_der(n):
    return around(n, lambda size: run("staple-inspect", write("c.der", sized(der_certificate, size)))), \
        "larger than|above|at most"


def ocsp_response(n):
    return around(n, lambda size: run("staple-inspect", write("s.ocsp", sized(response, size)))), \
        "larger than|above|at most"


def small_file(n):
    return around(n, lambda size: run("staple-inspect", write("small", PEM, b"\n" * (size - len(PEM))))), \
        "larger than|more than"


# --- policies ---

def policy_file(n):
    def make(size):
        return run("staple-verify", "--no-system-policy", "--show-policy", "--policy",
                   "./" + write("large.conf", b"#" * (size - 1), b"\n"))
    return around(n, make), "larger than|more than"


def policy_includes(n):
    def make(depth):
        write("p%d.conf" % depth, b"# the last\n")
        for i in range(depth):
            write("p%d.conf" % i, b"include('p%d.conf')\n" % (i + 1))
        return run("staple-verify", "--no-system-policy", "--show-policy", "--policy", "./p0.conf")
    return around(n, make), "nested more than"


# --- archives ---

def inventory(name):
    return run("staple-inventory", "--no-system-policy", "--at", "2026-02-01", "--archives", name)


def tar(name, content):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w") as t:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        t.addfile(info, io.BytesIO(content))
    return b.getvalue()


def gz(data):
    c = zlib.compressobj(1, zlib.DEFLATED, 31)
    return c.compress(data) + c.flush()


def archive_depth(n):
    def make(depth):
        content, name = PEM, "c.pem"
        for i in range(depth):
            content, name = tar(name, content), "%d.tar" % i
        return inventory(write("nested.tar", content))
    return around(n, make), "an archive within"


def archive_members(n):
    """ar has the smallest headers.  A certificate is the last member within."""
    def header(size):
        return b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (b"m", 0, 0, 0, 0o644, size)
    last = PEM + b"\n" * (len(PEM) % 2)

    def make(members):
        return inventory(write("many.a", b"!<arch>\n", header(0) * (members - 1), header(len(last)), last))
    return [("at it", make(n), True), ("one above", make(n + 1), False)], "more members than"


def archive_member(n):
    def make(size):
        return inventory(write("member.tar.gz", gz(tar("c.pem", PEM + b"\n" * (size - len(PEM))))))
    return around(n, make), "the member is larger than"


def archive_total(n):
    each = limits()["LIMIT_ARCHIVE_MEMBER"]
    part = tar("c.pem", PEM + b"\n" * (each - len(PEM)))[:512 + each]  # without the end's blocks
    packed = gz(part) * (n // each)

    def make(more):
        return inventory(write("total.tar.gz", packed, gz(tar("m", b"\n" * more)) if more else gz(b"\0" * 1024)))
    assert n % each == 0
    return [("at it", make(0), True), ("one above", make(1), False)], "unpacks to more than"


# --- DER ---

def der_depth(n):
    """A PKCS#7 bundle of indefinite lengths; its inner content stands at the level n."""
    def node(tag, *parts):
        return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"

    def make(deepest):
        inner = b"\x04\x00"
        for _ in range(deepest - 5):
            inner = node(0x24, inner)
        data = bytes.fromhex("06092a864886f70d010701")
        signed = node(0x30, b"\x02\x01\x01", b"\x31\x00", node(0x30, data, node(0xa0, inner)),
                      node(0xa0, certificate(1).public_bytes(serialization.Encoding.DER)), b"\x31\x00")
        return run("staple-inventory", "--no-system-policy", "--at", "2026-02-01", write(
            "deep.p7b", node(0x30, bytes.fromhex("06092a864886f70d010702"), node(0xa0, signed))))
    return around(n, make), "CMS|PKCS|problem|no certificate"


# --- chains ---

def chain(n):
    return [(what, run("staple-gate", "--no-system-policy", "--trust", os.path.join(LAB, "root.pem"),
                       "--rounds", "1", "--tls", "1.3", "--key-kind", "ecdsa", "localhost:" + port), within)
            for what, port, within in zip(("one below", "at it", "one above"), PORTS, (True, True, False))], \
        "path.too-much"


# --- names ---

def csr(*names):
    return run("staple-csr", "--no-system-policy", "--new-key", "ecdsa-p256", "--force", "--out-key", "k.pem",
               "--out", "r.pem", *names)


def dns_name(n):
    def make(size):
        name = ("a" * 49 + ".") * 5 + "test"
        return csr("b" * (size - len(name) + 1) + name[1:])
    return around(n, make), "octets, at most %d" % n


def dns_label(n):
    return around(n, lambda size: csr("a" * size + ".test")), "octets, at most %d" % n


def common_name(n):
    """Beyond it there is no common name: the subject is empty, as RFC 5280 lets it be."""
    def make(size):
        done = csr(("a" * 50 + "." + "b" * 50)[:size - 5] + ".test")
        cn = re.search(rb"subject +CN=", done.stdout)
        done.stdout = b"" if cn else b"without a common name"
        return done
    return [(what, d, True) for what, d, _ in around(n, make)[:2]] + [
        ("one above", fails(make(n + 1)), False)], "without a common name"


def fails(done):
    done.returncode = 1 if done.returncode == 0 else 99
    return done


def name_text(n):
    return around(n, lambda size: csr("https://a.test/" + "x" * (size - 15))), "%d" % n


def secret(n):
    def make(size):
        write("password", b"p" * (size - 1), b"\n")
        return run("staple-csr", "--no-system-policy", "--force", "--password-file", "password", "--out-key",
                   "p.key", "--out", "p.pem", "a.test")
    return around(n, make), "larger than|more than"


# --- other containers ---

def yaml_depth(n):
    def make(depth):  # one level is the document's own
        return told(inventory(write("deep.yaml", b"apiVersion: v1\nkind: Secret\nx: ", b"[" * (depth - 1),
                                    b"]" * (depth - 1), b"\n")), "nested deeper than")
    return around(n, make), "nested deeper than"


def yaml_anchors(n):
    def make(count):
        lines = b"".join(b"k%d: &a%d x\n" % (i, i) for i in range(count))
        return told(inventory(write("anchors.yaml", b"apiVersion: v1\nkind: Secret\n", lines)), "more anchors than")
    return around(n, make), "more anchors than"


def yaml_aliases(n):
    part = 1 << 20

    def make(total):
        """As many aliases of a long text as fit, and one of what is missing."""
        return told(inventory(write("aliases.yaml", b"apiVersion: v1\nkind: Secret\na: &a ", b"x" * part, b"\nb: &b ",
                                    b"y" * (total - (n // part - 1) * part), b"\nc: [",
                                    b"*a , " * (n // part - 1), b"*b ]\n")), "aliases come to more")
    return around(n, make), "aliases come to more"


def container(n):
    """Java's magic and a hole.  It takes as much memory as the limit says."""
    with open("/proc/meminfo") as f:
        free = int(re.search(r"^MemAvailable: +(\d+) kB", f.read(), re.M)[1]) * 1024
    if free < 3 * n:
        print("# LIMIT_CONTAINER needs %d MiB of memory, and %d are free" % (n >> 20, free >> 20))
        return [], ""

    def make(size):
        write("large.jks", bytes.fromhex("feedfeed00000002ffffffff"))
        os.truncate(os.path.join(WORK, "large.jks"), size)
        done = told(inventory("large.jks"), "arger than|more than|too large")
        os.unlink(os.path.join(WORK, "large.jks"))
        return done
    return [("at it", make(n), True), ("one above", make(n + 1), False)], "arger than|more than|too large"


# --- the network ---

def told(done, pattern):
    """For what is not well in either case: all depends on what is said."""
    done.returncode = 2 if re.search(pattern, (done.stdout + done.stderr).decode(errors="replace")) else 0
    return done


def gate(target, *more):
    return run("staple-gate", "--no-system-policy", "--trust", os.path.join(LAB, "root.pem"), "--tls", "1.2",
               "--key-kind", "ecdsa", "--timeout", "9s", *more, target)


def rounds(n):
    return around(n, lambda i: told(gate("127.0.0.1:1", "--rounds", str(i)), "must be a number")), "must be a number"


def tls_bytes(n):
    """Bytes of records count, too: below it is not just below."""
    return [(what, told(gate("localhost:" + port, "--rounds", "1"), "path.too-much"), within)
            for what, port, within in (("a little below", PORTS[3], True), ("above", PORTS[4], False))], \
        "path.too-much"


def addresses(n):
    """Names of the hosts file, which only root, or who has user namespaces, can replace."""
    script = "mount --bind hosts /etc/hosts || exit 42; exec \"$@\""

    def make(many):
        write("hosts", b"".join(b"127.1.0.%d many.test\n" % (i + 1) for i in range(many)))
        return run("unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "-c", script, "-", "staple-gate",
                   "--no-system-policy", "--rounds", "1", "--tls", "1.2", "--key-kind", "ecdsa", "many.test:1")
    if make(1).returncode != 2:
        print("# LIMIT_ADDRESSES: the hosts file cannot be replaced here")
        return [], ""
    return around(n, lambda i: told(make(i), "more than %d addresses" % n)), "path.skipped.*more than"


class Answer(http.server.BaseHTTPRequestHandler):
    size = 0

    def do_POST(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n"
        fill = self.size - len(head) - 2
        lines = [1000] * (fill // 1000 - 1)
        head += b"".join(b"X: " + b"x" * (n - 5) + b"\r\n" for n in lines + [fill - sum(lines)])
        assert len(head) + 2 == self.size
        self.wfile.write(head + b"\r\n0")
        self.close_connection = True

    do_GET = do_POST

    def log_message(self, *_):
        pass


def http_headers(n):
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def make(size):
        Answer.size = size
        return told(run("staple-fetch", "--no-system-policy", "--retries", "0", "--out", "h.ocsp", "--url",
                        "http://127.0.0.1:%d/" % server.server_port, os.path.join(LAB, "ms.chain.pem")),
                    "longer than")
    return around(n, make), "longer than"


def redirects(n):
    def make(times):
        with open(MODE + ".new", "w") as f:
            f.write("redirect:%d\n" % times)
        os.rename(MODE + ".new", MODE)
        return run("staple-fetch", "--no-system-policy", "--retries", "0", "--out", "f%d.ocsp" % times,
                   os.path.join(LAB, "ms.chain.pem"))
    return around(n, make), "too many redirects"


def staple(kind, finding):
    """Of staples.py; both are good."""
    def test(n):
        def make(i):
            data = subprocess.run([sys.executable, os.path.join(SOURCE, "tests/lab/staples.py"), LAB,
                                   "%s:%d" % (kind, i), "ms"], capture_output=True, check=True).stdout
            done = run("staple-verify", "--no-system-policy", "--staple-only", "--staple",
                       write("limit.ocsp", data), "--issuer", os.path.join(LAB, "int.pem"),
                       os.path.join(LAB, "ms.pem"))
            return told(done, finding) if done.returncode == 0 else done
        return around(n, make), finding
    return test


TESTS = {
    "LIMIT_STAPLE": staple("bytes", "staple.too-large"),
    "LIMIT_STAPLE_CERTS": staple("certs", "staple.many-certificates"),
    "LIMIT_STAPLE_TLS13": staple("bytes", "TLS 1.3 cannot carry it"),
    "LIMIT_CERT_DER": cert_der,
    "LIMIT_OCSP_RESPONSE": ocsp_response,
    "LIMIT_SMALL_FILE": small_file,
    "LIMIT_POLICY_FILE": policy_file,
    "LIMIT_POLICY_INCLUDES": policy_includes,
    "LIMIT_ARCHIVE_DEPTH": archive_depth,
    "LIMIT_ARCHIVE_MEMBERS": archive_members,
    "LIMIT_ARCHIVE_MEMBER": archive_member,
    "LIMIT_ARCHIVE_TOTAL": archive_total,
    "LIMIT_DER_DEPTH": der_depth,
    "LIMIT_CHAIN": chain,
    "LIMIT_PEM_BLOCK": "ground/pem.c",
    "LIMIT_PEM_LABEL": "ground/pem.c",
    "LIMIT_DNS_NAME": dns_name,
    "LIMIT_DNS_LABEL": dns_label,
    "LIMIT_COMMON_NAME": common_name,
    "LIMIT_OCSP_GET_URL": "net/fetch.c",
    "LIMIT_REDIRECTS": redirects,
    "LIMIT_CHILDREN": "ground/child.c",
    "LIMIT_REQUEST_NAMES": "crypto/san.c",
    "LIMIT_TLS_BYTES": tls_bytes,
    "LIMIT_STARTTLS_LINE": "net/starttls.c",
    "LIMIT_STARTTLS_BYTES": "net/starttls.c",
    "LIMIT_HTTP_HEADERS": http_headers,
    "LIMIT_ADDRESSES": addresses,
    "LIMIT_ROUNDS": rounds,
    "LIMIT_CONTAINER": container,
    "LIMIT_YAML_DEPTH": yaml_depth,
    "LIMIT_YAML_ANCHORS": yaml_anchors,
    "LIMIT_YAML_ALIASES": yaml_aliases,
    "LIMIT_NAME_TEXT": name_text,
    "LIMIT_SECRET": secret,
}


def main():
    values = limits()
    ok(set(values) == set(TESTS), "each limit of the header has a test, and each test a limit",
       "without a test: %s" % sorted(set(values) - set(TESTS)), "gone: %s" % sorted(set(TESTS) - set(values)))
    for name, test in TESTS.items():
        if name not in values:
            continue
        if isinstance(test, str):
            with open(os.path.join(SOURCE, "tests/unit", test)) as f:
                ok(re.search(name + r"\b", f.read()), "%s: at, below and above in tests/unit/%s" % (name, test))
        else:
            check("%s (%d)" % (name, values[name]), *test(values[name]))
        if os.environ.get("STAPLE_TIMES"):
            print("# %s" % os.times().elapsed)
    plan()


main()
