#!/usr/bin/python3
"""Runs the programs where something is missing or in the way, and looks at what they say and leave.

    scarce.py LAB-FOLDER WORK-FOLDER TIME HOST:PORT-STAPLED HOST:PORT-NOT HOST:PORT-SILENT SILENT-URL

Few descriptors, no room, closed outputs, signals at any moment, two at once, a clock set back.
A run ends by itself with status 2 and a message, or with the very report of an undisturbed one:
nothing passes that was not checked.  Files are old or new, whole.  Speaks TAP.
"""
import concurrent.futures
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from checks import ok, plan, read

LAB, WORK, NOW, STAPLED, BARE, SILENT, SILENT_URL = sys.argv[1:8]
AT = ["--at", "@" + NOW]
VOLATILE = re.compile(rb'"elapsed_ms": \d+|"server": ("[^"]*"|null)|good until [^)]*\)')


def lab(name):
    return os.path.join(LAB, name)


def each(problems, what):
    problems = [p for p in problems if p]
    ok(not problems, what, *problems[:6])


class Case:
    """A command; `out` are the files it writes, which were there before unless they are keys."""

    def __init__(self, name, *args, out=(), fresh=False):
        self.name, self.args, self.out, self.fresh = name, [name, "--no-system-policy", *args], out, fresh
        self.good = None

    def folder(self):
        folder = os.path.join(WORK, "%s-%d-%d" % (self.name, os.getpid(), random.getrandbits(60)))
        os.mkdir(folder)
        for name in () if self.fresh else self.out:
            os.makedirs(os.path.dirname(os.path.join(folder, name)) or folder, exist_ok=True)
            shutil.copy(lab("int.pem"), os.path.join(folder, name))
        with open(os.path.join(folder, "list"), "w") as f:
            f.write("a.test\nb.test\nc.test\n")
        return folder

    def run(self, limits=(), folder=None, **more):
        def restrict():
            for what, n in limits:
                resource.setrlimit(what, (n, n))

        folder = folder or self.folder()
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        done = subprocess.run(self.args, cwd=folder, stdin=subprocess.DEVNULL, timeout=200,
                              preexec_fn=restrict if limits else None, **more)
        done.stdout = VOLATILE.sub(b"", done.stdout or b"")
        return done, folder

    def usual(self):
        if not self.good:
            self.good, folder = self.run()
            shutil.rmtree(folder)
        return self.good

    def wrong(self, done, what):
        """Neither status 2 with a message nor what it says otherwise: why, or None."""
        good = self.usual()
        if done.returncode == 2 and (done.stderr or done.stdout):
            return None
        same = self.fresh or done.stdout == good.stdout
        if done.returncode == good.returncode and same:
            return None
        # One path fails, and another could not be looked at: 1 beats 2.
        if done.returncode == good.returncode == 1 and b'"unknown"' in done.stdout:
            return None
        return "%s, %s: status %d (%d): %s" % (self.name, what, done.returncode, good.returncode,
                                               done.stderr[-200:])

    def left(self, folder, what):
        """A file that is neither old nor new, or one too many: what, or None."""
        names = {os.path.relpath(os.path.join(at, n), folder) for at, _, l in os.walk(folder) for n in l}
        extra = names - set(self.out) - {"list"}
        if extra:
            return "%s, %s: left behind %s" % (self.name, what, sorted(extra))
        old = read(lab("int.pem"))
        for name in self.out:
            if name not in names:
                if not self.fresh:
                    return "%s, %s: %s is gone" % (self.name, what, name)
            elif not is_whole(read(os.path.join(folder, name)), old):
                return "%s, %s: %s is not whole" % (self.name, what, name)
        return None


def is_whole(content, old):
    if content == old:
        return True
    if content[:1] == b"\x30" and content[1:2] == b"\x82":
        return int.from_bytes(content[2:4], "big") + 4 == len(content)
    return content.endswith((b"-----\n", b"}\n", b"# EOF\n")) or b"\t" in content and content.endswith(b"\n")


SAVED = "save/" + re.sub("[^A-Za-z0-9._-]", "_", STAPLED)
VERIFY = ["--trust", lab("root.pem"), "--format", "json"] + AT
GATE = ["--trust", lab("root.pem"), "--rounds", "1", "--jobs", "1", "--format", "json"] + AT
CSR = Case("staple-csr", "--new-key", "ecdsa-p256", "--out-key", "k.pem", "--out", "r.pem", "a.test",
           out=("k.pem", "r.pem"), fresh=True)
BATCH = Case("staple-csr", "--batch", "list", "--out-dir", ".", "--jobs", "2", fresh=True,
             out=tuple("%s.test.%s" % (n, e) for n in "abc" for e in ("key", "csr")))
FETCH = Case("staple-fetch", "--force", "--retries", "0", "--out", "s.ocsp", lab("ms.chain.pem"),
             out=("s.ocsp",))
VERIFY_OUT = Case("staple-verify", *VERIFY, "--output", "report", lab("ms.chain.pem"), out=("report",))
INVENTORY_OUT = Case("staple-inventory", "--format", "openmetrics", "--output", "report", *AT,
                     lab("bundle.pem"), lab("ms.all.pem"), out=("report",))
GATE_OUT = Case("staple-gate", *GATE, "--save", "save", "--output", "report", "--tls", "1.3",
                "--key-kind", "ecdsa", STAPLED,
                out=("report", SAVED + ".tsv", SAVED + "-1.chain.pem", SAVED + "-1.ocsp"))
SAYING = [
    Case("staple-csr", "--new-key", "ecdsa-p256", "--out-key", "k.pem", "a.test", out=("k.pem",),
         fresh=True),
    Case("staple-inspect", "--format", "json", lab("ms.all.pem"), *AT),
    Case("staple-verify", *VERIFY, "--staple", lab("ms.ocsp"), lab("ms.chain.pem")),
    Case("staple-verify", *VERIFY, lab("plain.chain.pem")),
    Case("staple-inventory", "--format", "json", "--jobs", "2", *AT, lab("bundle.pem"), lab("ms.all.pem")),
    Case("staple-fetch", "--check", "--out", lab("ms.ocsp"), *AT, lab("ms.chain.pem")),
    Case("staple-gate", *GATE, STAPLED),
    Case("staple-gate", *GATE, BARE),
]
WRITING = [CSR, BATCH, FETCH, VERIFY_OUT, INVENTORY_OUT, GATE_OUT]


def outputs():
    """A full disk and a reader that has gone, behind standard output."""
    full, gone = [], []
    for case in SAYING:
        with open("/dev/full", "wb") as f:
            done, _ = case.run(stdout=f)
        if done.returncode != 2 or b"o space" not in done.stderr:
            full.append((case.name, done.returncode, done.stderr))
        r, w = os.pipe()
        os.close(r)
        done, _ = case.run(stdout=w)
        os.close(w)
        if done.returncode != 2 or b"roken pipe" not in done.stderr:
            gone.append((case.name, done.returncode, done.stderr))
    each(full, "standard output is full: status 2 and why, in every program")
    each(gone, "standard output is closed: status 2 and why, no signal")


def descriptors():
    for case in SAYING + WRITING:
        case.usual()

    def one(job):
        case, n = job
        done, folder = case.run([(resource.RLIMIT_NOFILE, n)])
        if done.returncode == 127 and b"shared libraries" in done.stderr:
            return None  # it was never started
        why = case.wrong(done, "%d descriptors" % n) or case.left(folder, "%d descriptors" % n)
        enough[case] = enough.get(case, False) or done.returncode == case.usual().returncode
        return why

    enough = {}
    for what, cases in (("what is said", SAYING), ("what is written", WRITING)):
        jobs = [(case, n) for case in cases for n in [*range(3, 27), 32, 64]]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            each(pool.map(one, jobs), "3 to 64 descriptors: an error or the right result: %s" % what)
    each([None if enough[c] else c.name for c in SAYING + WRITING], "64 descriptors are enough for each")


def no_room():
    """A file that may not grow: what is said, and what stays."""
    problems = []
    for case in WRITING:
        for size in (0, 10, 100):
            done, folder = case.run([(resource.RLIMIT_FSIZE, size)])
            problems.append(case.left(folder, "no room"))
            if done.returncode != 2 or b"File too large" not in done.stderr + done.stdout:
                problems.append((case.name, size, done.returncode, done.stderr[-200:]))
    each(problems, "files that may not grow: status 2 and why, and the old file stays")
    done, folder = Case("staple-inventory", "--db", "h.db", *AT, lab("ms.pem")).run([(resource.RLIMIT_FSIZE, 5000)])
    ok(done.returncode == 2 and b"h.db" in done.stderr, "nor may a database", done)
    full_disk()


def full_disk():
    """The same on a real file system without room, where one can be mounted."""
    script = """mount -t tmpfs -o size=64k tmpfs "$0" && cd "$0" && echo a.test >list || exit 42
        mkdir -p save; for f in $OUT; do cp "$OLD" $f; done
        dd if=/dev/zero of=fill bs=1k >&2; "$@"; echo "status $?"; rm fill; ls -A . save
        for f in $OUT; do cmp "$OLD" $f && echo same; done"""
    problems, tried = [], 0
    for case in WRITING:
        folder = os.path.join(WORK, "mount-%d" % tried)
        os.mkdir(folder)
        env = dict(os.environ, OLD=lab("int.pem"), OUT="" if case.fresh else " ".join(case.out))
        unshare = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
        done = subprocess.run([*unshare, "sh", "-c", script, folder, *case.args], env=env, timeout=200,
                              capture_output=True)
        if done.returncode == 42 or b"unshare" in done.stderr:
            print("# no file system can be mounted here: %s" % done.stderr.decode()[:80].strip())
            return
        tried += 1
        if b"status 2\n" not in done.stdout or b".staple-" in done.stdout or \
                b"o space" not in done.stderr + done.stdout or \
                not case.fresh and done.stdout.count(b"same") != len(case.out):
            problems.append((case.name, done.stdout[-300:], done.stderr[-300:]))
    each(problems, "a file system without room: status 2 and why, the old files, and nothing beside them")


def signals():
    problems, caught = [], 0
    slow = [Case("staple-csr", "--new-key", "rsa-3072", "--out-key", "k.pem", "--out", "r.pem", "a.test",
                 out=("k.pem", "r.pem"), fresh=True),
            Case("staple-gate", *GATE, "--output", "report", SILENT, out=("report",)),
            Case("staple-fetch", "--force", "--out", "s.ocsp", "--url", SILENT_URL, lab("ms.chain.pem"),
                 out=("s.ocsp",))]
    random.seed(9)
    for case in WRITING + slow:
        for i in range(9):
            folder = case.folder()
            p = subprocess.Popen(case.args, cwd=folder, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.015 + random.random() * 0.03 if i % 3 else random.random() * 0.08)
            number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[i % 3]
            p.send_signal(number)
            status = p.wait(timeout=120)
            caught += status == -number
            if status not in (-number, 0, 1, 2):
                problems.append("%s: status %d" % (case.name, status))
            problems.append(case.left(folder, "signal %d" % number))
    each(problems, "SIGINT, SIGTERM and SIGHUP at any moment: files whole, nothing left behind")
    ok(caught >= 25, "most of them came in time (%d)" % caught)


def children():
    """A hook ends with the program that started it, and all that it started itself."""
    folder = FETCH.folder()
    hook = "sleep 771 & echo $! $$ >pids.new; mv pids.new pids; wait"
    p = subprocess.Popen(FETCH.args + ["--hook", hook], cwd=folder, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pids = os.path.join(folder, "pids")
    deadline = time.monotonic() + 20
    while not os.path.exists(pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    p.terminate()
    status = p.wait(timeout=120)
    alive = [int(n) for n in read(pids).split()]
    while alive and time.monotonic() < deadline:
        alive = [n for n in alive if os.path.exists("/proc/%d" % n) and
                 b" Z " not in read("/proc/%d/stat" % n)]
        time.sleep(0.02)
    ok(status == -signal.SIGTERM and not alive, "a hook ends with its program", status, alive)


def pairs(case, rounds, good):
    """Each case twice at the same time, in one folder."""
    problems = []
    for _ in range(rounds):
        folder = case.folder()
        both = [subprocess.Popen(case.args, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE) for _ in range(2)]
        said = [p.communicate(timeout=200) for p in both]
        status = sorted(p.returncode for p in both)
        problems.append(None if status in good else "status %s: %s" % (status, said))
        problems.append(good_pair(case, folder))
    return problems


def good_pair(case, folder):
    if case.name == "staple-inventory" and "h.db" in case.out:
        db = sqlite3.connect(os.path.join(folder, "h.db"))
        fine = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and \
            db.execute("SELECT count(*) FROM scan").fetchone()[0] == 2
        return None if fine else "the database is damaged, or lacks a scan"
    if case.out[:2] == ("k.pem", "r.pem"):
        key, request = (subprocess.run(["openssl", *words], cwd=folder, capture_output=True).stdout
                        for words in (["pkey", "-in", "k.pem", "-pubout"],
                                      ["req", "-in", "r.pem", "-noout", "-pubkey"]))
        if not key or key != request:
            return "key and request do not belong together"
    return case.left(folder, "two at once")


def two_at_once():
    each(pairs(CSR, 12, ([0, 2],)), "two requests with one key's file: one is made, and the other told")
    force = Case("staple-csr", *CSR.args[2:], "--force", out=CSR.out, fresh=True)
    each(pairs(force, 12, ([0, 0],)), "with --force: key and request belong together")
    each(pairs(BATCH, 6, ([0, 0], [0, 2], [2, 2])), "two batches into one folder")
    each(pairs(FETCH, 12, ([0, 0],)), "two fetches of one staple")
    each(pairs(INVENTORY_OUT, 6, ([0, 0],)), "two reports into one file")
    db = Case("staple-inventory", "--db", "h.db", *AT, lab("bundle.pem"), lab("ms.all.pem"),
              out=("h.db",), fresh=True)
    each(pairs(db, 12, ([0, 0],)), "two inventories with one database")


def killed_databases():
    """SQLite's files are written behind our back: SIGKILL at random moments."""
    case = Case("staple-inventory", "--db", "h.db", *AT, LAB, out=("h.db",), fresh=True)
    folder, problems, killed = case.folder(), [], 0
    case.run(folder=folder)
    start = time.monotonic()
    case.run(folder=folder)
    length = time.monotonic() - start
    for i in range(25):
        before = scans(folder)
        p = subprocess.Popen(case.args, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(length * random.uniform(0.3, 1.0))
        p.kill()
        killed += p.wait() == -signal.SIGKILL
        after = scans(folder)
        if after not in (before, before + 1):
            problems.append("%s scans after %s" % (after, before))
    done, _ = case.run(folder=folder)
    problems.append(None if done.returncode in (0, 1, 2) and scans(folder) == after + 1 else done)
    each(problems, "a database killed %d times: each scan is there whole, or not" % killed)
    ok(killed > 5, "and it was killed")


def scans(folder):
    db = sqlite3.connect(os.path.join(folder, "h.db"))
    if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        return "damaged"
    n = db.execute("SELECT count(*) FROM scan").fetchone()[0]
    db.close()
    return n


def clock():
    """The clock was set back by two days after all was fine."""
    back = ["--at", "@%d" % (int(NOW) - 2 * 86400)]
    folder = FETCH.folder()
    shutil.copy(lab("ms.ocsp"), os.path.join(folder, "s.ocsp"))

    def run(*args):
        return subprocess.run(args, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=200)

    done = run("staple-fetch", "--no-system-policy", "--out", "s.ocsp", *back, lab("ms.chain.pem"))
    ok(done.returncode == 1 and b"staple.future" in done.stdout and b"fetch.clock" in done.stdout,
       "fetch: a staple of the future is not good, and the clock is named", done)
    ok(b"s.ocsp is not good for it: thisUpdate" in done.stdout, "fetch: nor is the one that is there", done)
    ok(read(os.path.join(folder, "s.ocsp")) == read(lab("ms.ocsp")), "fetch: which stays")
    done = run("staple-gate", "--no-system-policy", "--trust", lab("root.pem"), "--rounds", "1", *back, STAPLED)
    ok(done.returncode == 1 and b"staple.future" in done.stdout, "gate: nor does it pass", done)
    done = run("staple-verify", "--no-system-policy", "--trust", lab("root.pem"), "--staple", lab("ms.ocsp"),
               *back, lab("ms.chain.pem"))
    ok(done.returncode == 1 and b"staple.future" in done.stdout, "verify: nor does it pass", done)
    os.mkdir(os.path.join(folder, "store"))
    shutil.copy(lab("ms.pem"), os.path.join(folder, "store"))
    db = ["staple-inventory", "--no-system-policy", "--db", "h.db"]
    first = run(*db, *AT, "store")
    shutil.copy(lab("plain.pem"), os.path.join(folder, "store"))
    done = run(*db, "--diff", *back, "store")
    ok(first.returncode == 0 and done.returncode == 0 and b"plain.lab.test" in done.stdout and
       b"ms.lab.test" not in done.stdout, "inventory: what is new is told against the scan before", first, done)
    done = run(*db, "--diff", *AT, "store")
    ok(done.returncode == 0 and b".lab.test" not in done.stdout, "inventory: and not twice", done)


def main():
    for test in (outputs, descriptors, no_room, signals, children, two_at_once, killed_databases, clock):
        start = time.monotonic()
        test()
        if os.environ.get("STAPLE_TIMES"):
            print("# %s: %.1f s" % (test.__name__, time.monotonic() - start))
    plan()


main()
