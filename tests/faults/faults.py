#!/usr/bin/python3
"""Runs each program once for every call that can fail, and looks what is left.

    faults.py PROGRAMS-FOLDER LAB-FOLDER WORK-FOLDER

A run in which a call failed must end by itself, not by a signal: with status 2, or with the very
report of an undisturbed run.  A file that it writes is the old one, or the new one whole; no
temporary file stays.  Speaks TAP.
"""
import os
import shutil
import subprocess
import sys

PROGRAMS, LAB, WORK = sys.argv[1:4]
KINDS = ("alloc", "read", "write", "fsync", "rename", "close")
MOST = 400  # runs for one kind of one program; beyond, every k-th call is taken
AT = ["--at", sys.argv[4]] if len(sys.argv) > 4 else []


def lab(name):
    return os.path.join(LAB, name)


class Case:
    """One program's main path; `out` are the files that it writes."""

    def __init__(self, name, args, out=(), fixed=True, old=None):
        self.name, self.args, self.out, self.fixed, self.old = name, args, out, fixed, old

    def run(self, fault):
        folder = os.path.join(WORK, "run")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        for name in self.out:
            if self.old:
                shutil.copy(self.old, os.path.join(folder, name))
        log = os.path.join(WORK, "fired")
        if os.path.exists(log):
            os.remove(log)
        env = dict(os.environ, STAPLE_FAULT_LOG=log, LC_ALL="C.UTF-8")
        if fault:
            env["STAPLE_FAULT"] = fault
        done = subprocess.run([os.path.join(PROGRAMS, self.name)] + self.args, cwd=folder, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        files = {f: open(os.path.join(folder, f), "rb").read() for f in os.listdir(folder)}
        return done, files, os.path.exists(log)

    def wrong(self, kind, done, files, good, good_files):
        """What is wrong with a disturbed run, or None."""
        if done.returncode not in (0, 1, 2):
            return "ended with %d: %s" % (done.returncode, done.stderr[-300:])
        if done.returncode != 2 and self.fixed and done.stdout != good.stdout:
            return "status %d with another report" % done.returncode
        if done.returncode == 2 and not done.stderr and not done.stdout and kind != "write":
            return "status 2 without a word"
        extra = set(files) - set(self.out)
        if extra:
            return "left behind: %s" % ", ".join(sorted(extra))
        old = open(self.old, "rb").read() if self.old else None
        for name in self.out:
            if name not in files:
                if self.old:
                    return "%s is gone" % name
                continue
            if files[name] == old:
                continue
            whole = files[name] == good_files[name] if self.fixed else self.whole(files[name])
            # A report may also be the whole report of what could not be checked.
            if name == "report" and done.returncode == 2 and b": unknown" in files[name]:
                continue
            if not whole:
                return "%s is neither old nor new" % name
        return None

    @staticmethod
    def whole(content):
        """A PEM block from its first to its last line, or one DER element of that length."""
        if content.startswith(b"-----BEGIN "):
            return content.rstrip().endswith(b"-----")
        return len(content) > 4 and content[0] == 0x30 and content[1] == 0x82 and \
            int.from_bytes(content[2:4], "big") + 4 == len(content)


CASES = [
    Case("staple-csr", ["--no-system-policy", "--new-key", "ecdsa-p256", "--out-key", "k.pem",
                        "--out", "r.pem", "a.lab.test", "192.0.2.1"], ("k.pem", "r.pem"), fixed=False),
    Case("staple-inspect", ["--format", "json", lab("ms.all.pem"), lab("ms.ocsp")] + AT),
    Case("staple-verify", ["--no-system-policy", "--format", "json", "--trust", lab("root.pem"),
                           "--chain", lab("int.pem"), "--staple", lab("ms.ocsp"), "--client", "all",
                           lab("ms.pem")] + AT),
    Case("staple-verify", ["--no-system-policy", "--trust", lab("root.pem"), "--output", "report",
                           lab("ms.chain.pem")] + AT, ("report",), old=lab("int.pem")),
    Case("staple-inventory", ["--no-system-policy", "--jobs", "1", "--format", "json",
                              lab("ms.all.pem"), lab("bundle.pem"), lab("store")] + AT),
    Case("staple-fetch", ["--no-system-policy", "--force", "--timeout", "5s", "--retries", "0",
                          "--out", "s.ocsp", lab("ms.chain.pem")], ("s.ocsp",), fixed=False,
         old=lab("ms.ocsp")),
]


def sweep(case, kind, number):
    good, good_files, _ = case.run(None)
    if good.returncode == 2:
        print("Bail out! %s: %s" % (case.name, good.stderr.decode()))
        sys.exit(1)
    problems, n, step, fired_runs = [], 1, 1, 0
    while len(problems) < 5:
        done, files, fired = case.run("%s:%d" % (kind, n))
        if not fired:
            break
        fired_runs += 1
        why = case.wrong(kind, done, files, good, good_files)
        if why:
            problems.append("%s:%d %s" % (kind, n, why))
        if fired_runs >= MOST:
            step = 7
        n += step
    print("%s %d - %s %s: %d calls failed in turn, each cleanly" % (
        "not ok" if problems else "ok", number, case.name, kind, fired_runs))
    for p in problems:
        print("# " + p)
    return fired_runs


def main():
    number, fired = 0, 0
    for case in CASES:
        for kind in KINDS:
            number += 1
            fired += sweep(case, kind, number)
            sys.stdout.flush()
    number += 1
    print("%s %d - the faults were really met (%d)" % ("ok" if fired > 200 else "not ok", number, fired))
    print("1..%d" % number)


main()
