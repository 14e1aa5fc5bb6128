"""Compares certificates as we read them with how GnuTLS and OpenSSL read them.

    compare.py PROGRAM DIFFERENCES PLACE...

PROGRAM is build/tests/differential/facts; DIFFERENCES the list of what may differ; each PLACE a file or a
folder.  Prints each difference that no row of the list explains; status 1 when there is one.  With
--unused it also prints the rows that explained nothing (they belong to files that are not here).
"""
import fnmatch
import os
import subprocess
import sys


def files(places):
    for place in places:
        if not os.path.isdir(place):
            yield place
        for folder, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.path.getsize(path) < 2 << 20 and '\n' not in path:
                    yield path


class Rule:
    def __init__(self, cells):
        self.certificate, self.fact, self.library, self.ours, self.theirs, self.reason = cells
        self.used = False

    def explains(self, difference):
        return (self.certificate in ('*', difference[0]) and self.library in ('*', difference[2]) and
                fnmatch.fnmatchcase(difference[1], self.fact) and
                fnmatch.fnmatchcase(difference[3], self.ours) and
                fnmatch.fnmatchcase(difference[4], self.theirs))


def main():
    program, listed, places = sys.argv[1], sys.argv[2], [a for a in sys.argv[3:] if a != '--unused']
    general, single = [], {}
    with open(listed, encoding='utf-8') as f:
        for line in f:
            if line.startswith('#') or not line.strip():
                continue
            rule = Rule(line.rstrip('\n').split('\t'))
            if rule.certificate == '*':
                general.append(rule)
            else:
                single.setdefault(rule.certificate, []).append(rule)
    names = '\n'.join(files(places)) + '\n'
    run = subprocess.run([program], input=names.encode(), capture_output=True)
    if run.returncode != 0:
        sys.exit(f'{program} ended with {run.returncode}: {run.stderr.decode()[-500:]}')
    wrong = total = 0
    for line in run.stdout.decode('utf-8', 'replace').splitlines():
        difference = line.split('\t')
        total += 1
        rules = [r for r in single.get(difference[0], []) + general if r.explains(difference)]
        for r in rules[:1]:
            r.used = True
        if not rules:
            wrong += 1
            print(line)
    if '--unused' in sys.argv:
        for r in general + [r for rows in single.values() for r in rows]:
            if not r.used:
                print('unused:', r.certificate, r.fact, r.library, r.ours, r.theirs)
    print(f'{run.stderr.decode().strip()}, {total} differences, {wrong} without a reason')
    return 1 if wrong else 0


sys.exit(main())
