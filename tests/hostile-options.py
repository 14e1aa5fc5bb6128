#!/usr/bin/python3
"""Files made to break whoever is given them by an option, and words of a command line that do the same.

    hostile-options.py LAB-FOLDER WORK-FOLDER HOST:PORT

Every option of every program that takes a file gets each of the files.  A run ends soon, with status
1 or 2 and a message that names the option's file, with little memory, without a character that a
terminal obeys; nothing is written.  Speaks TAP.
"""
import concurrent.futures
import os
import resource
import shutil
import sys

from checks import ok, plan, trial

LAB, WORK, SERVER = sys.argv[1:4]
SECONDS = 60


def lab(name):
    return os.path.join(LAB, name)


ESCAPES = "\x1b[31m\x1b]0;x\x07\u202e\u2066\u200b\ufeff\x9b".encode() + b"\xc3\x28\xff\n"
NESTS = {"(": ")", "[": "]", "{": "}", "x{": "}\n", "if (": ")"}
FILES = {
    "nuls": bytes(5000), "nul-inside": b"a.test\0b.test\n", "line": b"x" * 8000000, "words": b"a " * 2000000,
    "lines": b"\n" * 3000000, "escapes": ESCAPES * 20, "no-utf-8": bytes(range(128, 256)) * 20,
    "noise": os.urandom(20000), "quote": b'"' * 9999, "half-quote": b'staple { sha1 = "' + b"x" * 9999,
    "comment": b"/*" * 9999, "backslashes": b"\\" * 9999, "percent": b"%s%n%x" * 999, "variable": b"${HOME}\n" * 99,
    "include": b"include('include')\n", "include-all": b"include('/dev/zero')\n",
    "begins": b"-----BEGIN CERTIFICATE-----\n" * 9999, "begin-line": b"-----BEGIN CERTIFICATE-----" + b"A" * 4000000,
    "key": b"-----BEGIN PRIVATE KEY-----\n" + ESCAPES + b"-----END PRIVATE KEY-----\n",
    "label": b"-----BEGIN " + ESCAPES.strip() + b"-----\nQUFB\n-----END X-----\n",
    "deep": b"\x30\x80" * 50000, "long": b"\x30\x84\xff\xff\xff\xff" + bytes(99),
    "number": b"9" * 99999, "options": b"a.test --rounds 99999999999999999999\n" * 999, "dashes": b"--\n-\n---x\n" * 999,
    "database": b"SQLite format 3\0" + bytes(4000), "names": b",".join([b"a.test"] * 300000),
}
FILES.update(("nest-%d" % i, a.encode() * 30000 + b.encode() * 30000) for i, (a, b) in enumerate(NESTS.items()))
NONE = {"folder": "folder", "device": "/dev/zero", "loop": "loop", "missing": "missing", "unnamed": ""}
FETCH = ["staple-fetch", "--no-system-policy", "--check"]
GATE = ["staple-gate", "--no-system-policy", "--rounds", "1", "--tls", "1.3", "--key-kind", "ecdsa", "--timeout", "4s"]
VERIFY = ["staple-verify", "--no-system-policy", "--trust", lab("root.pem")]
CSR = ["staple-csr", "--no-system-policy"]
INVENTORY = ["staple-inventory", "--no-system-policy"]
# A command, and which of the files are harmless to it: there is nothing in them that it could mind.
OPTIONS = [
    (FETCH + ["@"], ()),
    (FETCH + ["--issuer", "@", lab("ms.pem")], ()),
    (FETCH + ["--chain", "@", lab("ms.pem")], ()),
    (FETCH + ["--out", "@", lab("ms.chain.pem")], ()),
    (["staple-fetch", "--policy", "./@", "--check", lab("ms.chain.pem")], ()),
    (GATE + ["--targets", "@"], ()),
    (GATE + ["--cert", "@", "--no-ask", SERVER], ()),
    (GATE + ["--staple", "@", "--cert", lab("ms.chain.pem"), "--no-ask", "--trust", lab("root.pem"), SERVER], ()),
    (GATE + ["--trust", "@", SERVER], ()),
    (GATE + ["--trust", lab("root.pem"), "--client-cert", "@", "--client-key", lab("ms.key"), SERVER], ()),
    (GATE + ["--trust", lab("root.pem"), "--client-cert", lab("ms.pem"), "--client-key", "@", SERVER], ()),
    (["staple-gate", "--policy", "./@", "--rounds", "1", SERVER], ()),
    (CSR + ["--batch", "@", "--out-dir", "made"], ("words", "names")),
    (CSR + ["--from", "@", "--out-key", "made.key", "--out", "made.csr"], ()),
    (CSR + ["--key", "@", "--out", "made.csr", "a.test"], ()),
    (CSR + ["--key", lab("locked.key"), "--password-file", "@", "--out", "made.csr", "a.test"], ()),
    (["staple-csr", "--policy", "./@", "--out-key", "made.key", "--out", "made.csr", "a.test"], ()),
    (VERIFY + ["@"], ()),
    (VERIFY + ["--csr", "@", lab("ms.chain.pem")], ()),
    (VERIFY + ["--key", "@", lab("ms.chain.pem")], ()),
    (VERIFY + ["--chain", "@", lab("ms.pem")], ()),
    (VERIFY + ["--staple", "@", lab("ms.chain.pem")], ()),
    (VERIFY + ["--staple-only", "--staple", lab("ms.ocsp"), "--issuer", "@", lab("ms.pem")], ()),
    (["staple-verify", "--no-system-policy", "--trust", "@", lab("ms.chain.pem")], ()),
    (["staple-verify", "--policy", "./@", "--trust", lab("root.pem"), lab("ms.chain.pem")], ()),
    (INVENTORY + ["--db", "@", lab("ms.pem")], ("missing",)),
    (INVENTORY + ["--password-file", "@", lab("locked.p12")], ()),
    (["staple-inventory", "--policy", "./@", lab("ms.pem")], ()),
    (["staple-inspect", "--password-file", "@", lab("locked.p12")], "any"),
]
# An argument each, in place of @; "-x" and the like are options.
WORDS = ["\x1b[31m", "\u202ex", "\udcff\udcfe", "x" * 100000, "%s%n", "", "-", "--", "a\nb", "$(id)", "../../x", "a\tb"]
ARGUMENTS = [
    CSR + ["--out", "made.csr", "--out-key", "made.key", "--", "@"], CSR + ["--dns", "@"], CSR + ["--ip", "@"],
    CSR + ["--email", "@"], CSR + ["--uri", "@"], CSR + ["--subject", "@", "a.test"], CSR + ["--feature", "@", "a.test"],
    CSR + ["--ca", "@", "a.test"], CSR + ["--new-key", "@", "a.test"], CSR + ["--key", "pkcs11:@", "a.test"],
    CSR + ["--policy", "@", "a.test"], GATE + ["--", "@"], GATE + ["--connect", "@", SERVER],
    GATE + ["--starttls", "@", SERVER], GATE + ["--tls", "@", SERVER], FETCH + ["--", "@"],
    FETCH + ["--layout", "@", lab("ms.pem")], FETCH + ["--refresh-at", "@", lab("ms.pem")],
    ["staple-fetch", "--no-system-policy", "--retries", "0", "--url", "@", "--out", "made.ocsp", lab("ms.chain.pem")],
    ["staple-fetch", "--no-system-policy", "--haproxy-socket", "@", "--out", lab("ms.ocsp"), "--force", "--url",
     "http://127.0.0.1:1/", "--retries", "0", lab("ms2.chain.pem")],
    VERIFY + ["--host", "@", lab("ms.chain.pem")], VERIFY + ["--expect", "@", lab("ms.chain.pem")],
    VERIFY + ["--client", "@", lab("ms.chain.pem")], VERIFY + ["--at", "@", lab("ms.chain.pem")],
    VERIFY + ["--explain", "@"], INVENTORY + ["--columns", "@", lab("ms.pem")], INVENTORY + ["--sort", "@", lab("ms.pem")],
    INVENTORY + ["--fail-on", "@", lab("ms.pem")], INVENTORY + ["--expires-within", "@", lab("ms.pem")],
    INVENTORY + ["--output", "@", "none"], INVENTORY + ["--", "@"], ["staple-inspect", "--", "@"],
    ["staple-inspect", "--sni", "@", "127.0.0.1:1"], ["staple-inspect", "--@"], ["staple-gate", "-@"],
]


def run(args):
    return trial(args, WORK, SECONDS)


def made():
    """What was made that should not; away with it."""
    found = [n for n in os.listdir(WORK) if n.startswith(("made.", "missing", ".staple-"))]
    shutil.rmtree(os.path.join(WORK, "made"), ignore_errors=True)
    for name in found:
        os.remove(os.path.join(WORK, name))
    return [n for n in found if not n.startswith("missing")]


def option(job):
    command, where, harmless = job
    done, wrong = run([word.replace("@", where) for word in command])
    if wrong:
        return "%s: %s" % (where, wrong)
    if harmless != "any" and where not in harmless and (done.returncode == 0 or not done.stderr + done.stdout):
        return "%s: status %d: %s" % (where, done.returncode, done.stderr + done.stdout)
    return None


def options(pool):
    places = list(FILES) + list(NONE.values())
    before = {n: os.stat(os.path.join(WORK, n)).st_mtime_ns for n in FILES}
    for command, harmless in OPTIONS:
        jobs = [(command, where, harmless) for where in places]
        problems = [p for p in pool.map(option, jobs) if p] + made()
        shown = [w.replace(LAB + "/", "") for w in command if w != "--no-system-policy"]
        ok(not problems, "%s (%d)" % (" ".join(shown).replace(SERVER, "HOST:PORT"), len(places)), *problems[:6])
    ok(before == {n: os.stat(os.path.join(WORK, n)).st_mtime_ns for n in FILES}, "no file was changed")


def words(pool):
    def one(job):
        command, word = job
        done, wrong = run([part.replace("@", word) for part in command])
        return wrong and "%r: %s" % (word[:20], wrong)
    for command in ARGUMENTS:
        problems = [p for p in pool.map(one, [(command, w) for w in WORDS]) if p]
        shown = [w.replace(LAB + "/", "") for w in command if w != "--no-system-policy"]
        ok(not problems, "words: %s" % " ".join(shown).replace(SERVER, "HOST:PORT"), *problems[:6])
        made()


def main():
    for name, data in FILES.items():
        with open(os.path.join(WORK, name), "wb") as f:
            f.write(data)
        os.chmod(os.path.join(WORK, name), 0o400)
    os.mkdir(os.path.join(WORK, "folder"))
    os.symlink("loop", os.path.join(WORK, "loop"))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        options(pool)
        words(pool)
    done, wrong = run(["printf", "\\033[31m"])
    ok(wrong and "obeyed" in wrong, "an escape sequence is found out", wrong)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    ok(most < 300000 or os.environ.get("STAPLE_SANITIZED"), "none took much memory", "%d KB" % most)
    plan()


main()
