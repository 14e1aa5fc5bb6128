#!/usr/bin/python3
"""Kills a command at random moments; a file must be whole, old or new, each time.

    kill-sweep.py ROUNDS FILE OLD NEW COMMAND...

Each round copies OLD over FILE, starts COMMAND, sends SIGKILL after a random time within the
length of an undisturbed run, and compares FILE with OLD and NEW.  Most of the moments lie near
the end of a run, where the writing happens, and move so that both outcomes come.  Prints "old N new N broken N"; status 1 when any
was broken, or when one of the two outcomes never came.
"""
import os
import random
import shutil
import subprocess
import sys
import time


def main():
    rounds, file, old, new = int(sys.argv[1]), *sys.argv[2:5]
    command = sys.argv[5:]
    with open(old, "rb") as f:
        before = f.read()
    with open(new, "rb") as f:
        after = f.read()
    seen = {"old": 0, "new": 0, "broken": 0}

    def run(kill_after):
        shutil.copyfile(old, file + ".copy")
        os.rename(file + ".copy", file)
        start = time.monotonic()
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        if kill_after is not None:
            while time.monotonic() < start + kill_after and p.poll() is None:
                pass
            p.kill()
        p.wait()
        took = time.monotonic() - start
        with open(file, "rb") as f:
            got = f.read()
        return took, "old" if got == before else "new" if got == after else "broken"

    lengths = []
    for _ in range(5):
        took, outcome = run(None)
        if outcome != "new":
            sys.exit("an undisturbed run leaves the file " + outcome)
        lengths.append(took)
    length = sorted(lengths)[2]
    random.seed(7633)
    low, high = 0.6, 1.05
    for i in range(rounds):
        share = random.random() if i % 3 == 0 else random.uniform(low, high)
        seen[run(share * length)[1]] += 1
        if i % 10 == 9:  # the busier machine: towards the outcome that is rarer
            if seen["new"] * 4 < seen["old"]:
                high *= 1.1
            elif seen["old"] * 4 < seen["new"]:
                low *= 0.9
    print(" ".join("%s %d" % pair for pair in seen.items()))
    sys.exit(1 if seen["broken"] or not seen["old"] or not seen["new"] else 0)


if __name__ == "__main__":
    main()
