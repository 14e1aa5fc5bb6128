"""Compares a report of staple-inventory with a table of what must be in it.

inventory-check.py expected REPORT DIR EXPECTED.tsv    every certificate of the table, and no other
inventory-check.py manifest REPORT DIR MANIFEST.tsv    the flag of each file of the manifest
A REPORT is JSON, or, when its name ends so, ndjson.  Prints what differs; nothing means that all is as it must be.
"""
import csv
import json
import os
import sys


def rows(path):
    with open(path, newline="") as f:
        yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)


def places(report):
    """path below DIR -> {index: (sha256, must_staple)}"""
    found = {}
    for c in report["certificates"]:
        for s in c["sources"]:
            key = found.setdefault(s["source"], {})
            if s["index"] in key:
                print("index twice:", s["source"], s["index"])
            key[s["index"]] = (c["sha256"], c["must_staple"])
    return found


def expected(report, base, table):
    want = {}
    for r in rows(table):
        want.setdefault(os.path.join(base, r["file"]), {})[int(r["index"])] = (
            r["sha256"], r["must_staple"])
    have = places(report)
    for path in sorted(want):
        if have.get(path, {}) != want[path]:
            print("differs:", path, "has", have.get(path), "wanted", want[path])
    for path in sorted(set(have) - set(want)):
        print("not in the table:", path)


def manifest(report, base, table):
    have = places(report)
    problems = {}
    for p in report["problems"]:
        problems.setdefault(p["path"], []).append(p["reason"])
    for key in ("requests", "staples"):
        for r in report[key]:
            have.setdefault(r["source"], {})[key + str(r["index"])] = ("", r.get("must_staple", "no"))
    for r in rows(table):
        path, flag, kind = os.path.join(base, r["file"]), r["must_staple"], r["kind"]
        if kind == "ext-value":
            continue
        flags = [f for _, f in have.get(path, {}).values()]
        if flag in ("-", "unparseable", ""):
            told = flags or path in problems or kind == "key" or "pkcs12" in kind  # keys are only counted
            if not told:
                print("neither read nor a problem:", path)
        elif "of" in flag:
            yes, total = (int(x) for x in flag.split("of"))
            if (flags.count("yes"), len(flags)) != (yes, total) and not (
                    path in problems and len(flags) < total):
                print("differs:", path, kind, flags, "wanted", flag)
        elif kind.startswith("fuzz-") and not flags and path in problems:
            continue  # what one reader accepts and we refuse, but tell
        elif flags != [flag] and set(flags) != {flag}:
            print("differs:", path, kind, flags, "wanted", flag, problems.get(path))


def load(path):
    """A JSON report, or the same from the lines of an ndjson one."""
    with open(path) as f:
        if not path.endswith(".ndjson"):
            return json.load(f)
        report = {"certificates": [], "requests": [], "staples": [], "problems": []}
        for line in f:
            r = json.loads(line)
            kind = r["type"] + "s"
            if r["type"] == "certificate":
                r["sources"] = [{"source": r["source"], "index": r["index"]}]
            if kind in report:
                report[kind].append(r)
        return report


def main():
    report = load(sys.argv[2])
    {"expected": expected, "manifest": manifest}[sys.argv[1]](report, sys.argv[3], sys.argv[4])


main()
