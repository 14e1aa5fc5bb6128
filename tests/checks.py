"""What the tests in Python share: TAP, and the trial of a command that something hostile is given to."""
import json
import os
import re
import resource
import subprocess
import sys
import time

# What may obey in a terminal, or hide from who reads there.
HIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SAID_MOST = 10000000
checks = 0


def ok(fine, what, *why):
    global checks
    checks += 1
    print("%s %d - %s" % ("ok" if fine else "not ok", checks, what))
    for line in why if not fine else ():
        print("# %s" % str(line)[:600])
    sys.stdout.flush()


def plan():
    print("1..%d" % checks)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def capped():
    """Of memory that much; ASan wants more addresses than there is memory."""
    if not os.environ.get("STAPLE_SANITIZED"):
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def trial(args, folder, seconds):
    """(process, what is wrong with it whatever it was given): one of our programs, in that folder"""
    start = time.monotonic()
    try:
        process = subprocess.run(args, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                                 timeout=2 * seconds + 40, preexec_fn=capped)
    except subprocess.TimeoutExpired:
        return None, "does not end"
    took = time.monotonic() - start
    try:
        text = (process.stdout + process.stderr).decode()
    except UnicodeDecodeError as e:
        return process, str(e)
    wrong = None
    if process.returncode not in (0, 1, 2):
        wrong = "status %d: %s" % (process.returncode, text[-300:])
    elif "Sanitizer" in text or "runtime error" in text:
        wrong = text[-300:]
    elif HIDDEN.search(text):
        wrong = "obeyed: %r in %r" % (HIDDEN.search(text), text[-200:])
    elif len(text) > SAID_MOST:
        wrong = "%d characters are said" % len(text)
    elif took > seconds:
        wrong = "%.0f seconds" % took
    elif "json" in args and process.stdout:
        json.loads(process.stdout)
    return process, wrong
