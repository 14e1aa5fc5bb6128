#!/usr/bin/python3
"""Runs each program once for every call that can fail, and looks what is left.

    faults.py PROGRAMS-FOLDER LAB-FOLDER WORK-FOLDER TIME HOST:PORT-STAPLED HOST:PORT-NOT

A run in which a call failed must end by itself, not by a signal: with status 2, or with the very
report of an undisturbed run; so what could not be checked never passes.  Programs that were built
with --enable-sanitize must have given back all their memory, too.  A file that it writes is
the old one, or the new one whole; no temporary file stays.  Then the same with SIGKILL in place of
each failure, for what is written.  Speaks TAP.
"""
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

PROGRAMS, LAB, WORK, NOW, STAPLED, BARE = sys.argv[1:7]
KINDS = ("alloc", "read", "write", "fsync", "rename", "close", "open", "net", "thread")
KILLED = ("write", "fsync", "rename", "close", "open")  # what else changes nothing on the disk
TEMPORARY = re.compile(r"(^|/)\.staple-[0-9a-f]{16}\.tmp$")
MOST = 250  # runs for one kind of one case, about; beyond, every k-th call is taken
WORKERS = 2
AT = ["--at", NOW]
# What differs from run to run; and who the server is, which is asked out of courtesy alone.
VOLATILE = re.compile(rb'"elapsed_ms": \d+|"server": ("[^"]*"|null)')
# With --enable-sanitize: who asked for what was never given back.
LEAK = re.compile(r"leak of .*?((?:\n +#\d .*){1,6})")
mine = threading.local()


def lab(name):
    return os.path.join(LAB, name)


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Case:
    """One program's main path; `out` are the files that it writes, `old` what stood there.  A file
    that is not `fixed` has other content in each run, and is only looked at for being whole.  One that `creates` never replaces a key."""

    def __init__(self, name, args, out=(), fixed=True, old=None, what="", copies=(),
                 creates=False):
        self.name, self.args, self.out, self.fixed, self.old = name, args, out, fixed, old
        self.what, self.copies, self.creates = what or name, copies, creates

    @staticmethod
    def age(folder):
        """What a killed run left, an hour later."""
        for at, _, names in os.walk(folder):
            for name in names:
                if TEMPORARY.search(name):
                    os.utime(os.path.join(at, name), (1, 1))

    def prepare(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for name in self.out:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            if self.old:
                shutil.copy(self.old, os.path.join(folder, name))
        for path in self.copies:
            shutil.copy(path, folder)

    def run(self, fault, kill=False, again=False, **more):
        folder = os.path.join(WORK, "run-%d" % threading.get_ident())
        log = folder + ".fired"
        if again:
            self.age(folder)
        else:
            self.prepare(folder)
        env = dict(os.environ, STAPLE_FAULT_LOG=log, LC_ALL="C.UTF-8", **more)
        if fault:
            env["STAPLE_FAULT"] = fault
        if kill:
            env["STAPLE_KILL"] = "yes"
        done = subprocess.run([os.path.join(PROGRAMS, self.name)] + self.args, cwd=folder, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        done.stdout = VOLATILE.sub(b'"x": 0', done.stdout)
        files = {}
        for at, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(at, name)
                files[os.path.relpath(path, folder)] = VOLATILE.sub(b'"x": 0', read(path))
        for path in self.copies:
            files.pop(os.path.basename(path))
        return done, files, int.from_bytes(read(log), sys.byteorder)

    def wrong(self, kind, done, files, good, good_files):
        """What is wrong with a disturbed run, or None."""
        if b"LeakSanitizer" in done.stderr:
            return "leaks: %s" % "; ".join(sorted(set(LEAK.findall(done.stderr.decode()))))
        if done.returncode not in (0, 1, 2):
            return "ended with %d: %s" % (done.returncode, done.stderr[-300:])
        if done.returncode != 2 and self.fixed and done.stdout != good.stdout and \
                not (kind == "net" and self.describes(done.stdout)):
            return "status %d with another report" % done.returncode
        if done.returncode != 2 and done.returncode != good.returncode:
            return "status %d instead of %d" % (done.returncode, good.returncode)
        if done.returncode == 2 and not done.stderr and not done.stdout and kind != "write" and \
                files.get("report", b"") in (b"", self.old and read(self.old)):
            return "status 2 without a word"
        if done.returncode != 2 and set(self.out) - set(files):
            return "status %d without its files" % done.returncode
        return self.wrong_files(done, files, good_files)

    def wrong_files(self, done, files, good_files):
        extra = set(files) - set(self.out)
        if extra:
            return "left behind: %s" % ", ".join(sorted(extra))
        old = VOLATILE.sub(b'"x": 0', read(self.old)) if self.old else None
        for name in self.out:
            if name not in files:
                if self.old:
                    return "%s is gone" % name
            elif files[name] != old and not self.is_new(name, done, files, good_files):
                return "%s is neither old nor new" % name
        return None

    def wrong_after_kill(self, done, files, good, good_files):
        """A killed run leaves files old or new, and at most temporary ones of ours: the next run
        does its work all the same, and removes them."""
        if done.returncode != -signal.SIGKILL:
            return "was not killed: %d" % done.returncode
        left = {name for name in files if TEMPORARY.search(name)}
        why = self.wrong_files(done, {n: files[n] for n in files if n not in left}, good_files)
        if why or not left:
            return why
        done, files, _ = self.run(None, again=True)
        if done.returncode != good.returncode and not (self.creates and b"exists" in done.stderr):
            return "afterwards status %d: %s" % (done.returncode, done.stderr[-200:])
        if done.returncode == good.returncode:
            return self.wrong_files(done, files, good_files)
        return None

    def describes(self, report):
        """staple-inspect judges nothing: a version of TLS that was not reached is said to be so."""
        return self.name == "staple-inspect" and \
            b'"outcome": "unreachable"' in report or b'"outcome": "broken"' in report

    def is_new(self, name, done, files, good_files):
        content = files[name]
        if content == good_files[name]:
            return True
        if name.endswith(".tsv"):  # evidence of a path that broke
            return content.endswith(b"\n") and \
                {line.count(b"\t") for line in content.splitlines()} == {8}
        # A report may also be the whole report of what could not be checked.
        if "report" in name and done.returncode == 2:
            return self.tells_unknown(content)
        return not self.fixed and self.whole(content)

    @staticmethod
    def tells_unknown(content):
        if content.startswith(b"{"):
            return json.loads(content)["verdict"] in ("unknown", "fail")
        return b": unknown" in content or content.endswith(b"# EOF\n") and \
            re.search(rb"^staple_inventory_problems [1-9]", content, re.M)

    @staticmethod
    def whole(content):
        """A PEM block from its first to its last line, or one DER element of that length."""
        if content.startswith(b"-----BEGIN "):
            return content.rstrip().endswith(b"-----")
        return len(content) > 4 and content[0] == 0x30 and content[1] == 0x82 and \
            int.from_bytes(content[2:4], "big") + 4 == len(content)


VERIFY = ["--no-system-policy", "--trust", lab("root.pem")]
GATE = ["--no-system-policy", "--trust", lab("root.pem"), "--rounds", "1", "--jobs", "1",
        "--timeout", "5s"]
SAVED = "save/" + re.sub("[^A-Za-z0-9._-]", "_", STAPLED)
CASES = [
    Case("staple-csr", ["--no-system-policy", "--new-key", "ecdsa-p256", "--out-key", "k.pem",
                        "--out", "r.pem", "a.lab.test", "192.0.2.1"], ("k.pem", "r.pem"), fixed=False,
         creates=True),
    Case("staple-csr", ["--no-system-policy", "--jobs", "2", "--batch", "list", "--out-dir", "."],
         ("a.test.key", "a.test.csr", "b.test.key", "b.test.csr"), fixed=False,
         what="staple-csr --batch", copies=(os.path.join(WORK, "list"),)),
    Case("staple-inspect", ["--format", "json", lab("ms.all.pem"), lab("ms.ocsp")] + AT),
    Case("staple-inspect", ["--format", "json", STAPLED] + AT, what="staple-inspect HOST:PORT"),
    Case("staple-verify", VERIFY + ["--format", "json", "--chain", lab("int.pem"), "--staple",
                                    lab("ms.ocsp"), "--client", "all", lab("ms.pem")] + AT),
    Case("staple-verify", VERIFY + ["--output", "report", lab("ms.chain.pem")] + AT, ("report",),
         old=lab("int.pem"), what="staple-verify --output"),
    Case("staple-verify", VERIFY + ["--key", lab("plain.key"), "--format", "json",
                                    lab("plain.chain.pem")] + AT, what="staple-verify of what fails"),
    Case("staple-inventory", ["--no-system-policy", "--jobs", "1", "--format", "json",
                              lab("ms.all.pem"), lab("bundle.pem"), lab("store")] + AT),
    Case("staple-inventory", ["--no-system-policy", "--jobs", "2", "--format", "openmetrics",
                              "--output", "report", "--password-file", lab("passwords"), lab("ms.all.pem"),
                              lab("store"), lab("locked")] + AT, ("report",), old=lab("int.pem"),
         what="staple-inventory --output"),
    Case("staple-fetch", ["--no-system-policy", "--force", "--timeout", "5s", "--retries", "0",
                          "--out", "s.ocsp", lab("ms.chain.pem")], ("s.ocsp",), fixed=False,
         old=lab("ms.ocsp")),
    Case("staple-gate", GATE + ["--cert", lab("ms.chain.pem"), "--staple", lab("ms.ocsp"), "--no-ask",
                                "--format", "json", STAPLED] + AT),
    Case("staple-gate", GATE + ["--tls", "1.3", "--key-kind", "ecdsa", "--format", "json", BARE] + AT,
         what="staple-gate of what fails"),
    Case("staple-gate", GATE + ["--tls", "1.3", "--key-kind", "ecdsa", "--format", "json", "--save",
                                "save", "--output", "report", STAPLED] + AT,
         ("report", SAVED + ".tsv", SAVED + "-1.chain.pem", SAVED + "-1.ocsp"),
         what="staple-gate --save --output", old=lab("int.pem")),
]


def calls(case, kind):
    """Which calls are to fail.  The beginning, where each program reads its policy, is the same in
    all, and belongs to the first case alone."""
    total = case.run(kind + ":0")[2]
    first = 1
    if case is not CASES[0]:
        early = ["--batch", "none", "--out-dir", "none"] if case.name == "staple-csr" else ["none"]
        if "--trust" in case.args:
            early += ["--trust", "none"]
        first = Case(case.name, ["--no-system-policy"] + early).run(kind + ":0")[2] - 5
    first = max(first, 1)
    step = max(total - first, 0) // MOST + 1
    # Some calls depend on the moment: a few behind the last.
    return range(first, total + 3 * step, step)


def sweep(case, kind, number, pool, kill=False):
    good, good_files, _ = case.run(None)
    if good.returncode == 2:
        print("Bail out! %s: %s" % (case.what, good.stderr.decode()))
        sys.exit(1)

    def once(at):
        done, files, fired = case.run("%s:%d" % (kind, at), kill)
        if kill:
            why = fired and case.wrong_after_kill(done, files, good, good_files)
        else:
            why = fired and case.wrong(kind, done, files, good, good_files)
        return fired > 0, why and "%s:%d %s" % (kind, at, why)

    seen = list(pool.map(once, calls(case, kind)))
    runs = sum(fired for fired, _ in seen)
    problems = [why for _, why in seen if why]
    if runs:
        print(("%s %d - %s: killed before each of %d calls of kind %s" if kill else
               "%s %d - %s: %d calls failed in turn, each cleanly, of kind %s") % (
            "not ok" if problems else "ok", number, case.what, runs, kind))
    for p in problems[:8]:
        print("# " + p)
    return runs


def leaks():
    """Whether the programs have a leak check, and which of them would not find a leak."""
    with open(os.path.join(PROGRAMS, CASES[0].name), "rb") as f:
        checked = b"__asan_init" in f.read()
    firsts = {case.name: case for case in reversed(CASES)}
    return checked, [name for name, case in firsts.items()
                     if checked and not LEAK.search(case.run(None, STAPLE_LEAK="yes")[0].stderr.decode())]


def main():
    number, fired = 0, 0
    chosen = os.environ.get("STAPLE_FAULTS", "")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for case in CASES:
            for kind in KINDS:
                if chosen and chosen not in case.what + " " + kind:
                    continue
                for kill in (False, True) if case.out and kind in KILLED else (False,):
                    runs = sweep(case, kind, number + 1, pool, kill)
                    number += runs > 0
                    fired += runs
                    sys.stdout.flush()
    number += 1
    print("%s %d - the faults were really met (%d)" % (
        "ok" if chosen or fired > 1500 else "not ok", number, fired))
    checked, blind = leaks()
    number += 1
    print("%s %d - %s" % ("not ok" if blind else "ok", number,
                          "a leak would have been seen" if checked else "no leak check in this build (--enable-sanitize)"))
    if blind:
        print("# not in %s" % ", ".join(blind))
    print("1..%d" % number)


main()
