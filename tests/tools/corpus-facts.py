"""Compares what staple-inspect says with the manifests of third-party certificates.

    corpus-facts.py CORPORA DIFFERENCES

Every file of a MANIFEST.tsv that is a certificate or a request (or a chain of them in PEM) must get the
must_staple that stands there, unless it is in the list of differences.  Prints one line for each that
does not, and a count; status 1 when there was one, or when an entry of the list is no longer true.
"""
import json
import os
import subprocess
import sys

KINDS = {'cert', 'csr', 'cert+key', 'trusted-cert', 'chain', 'fuzz-cert', 'fuzz-csr', 'fuzz-chain', 'bundle'}


def rows(corpora):
    for folder in sorted(os.listdir(corpora)):
        manifest = os.path.join(corpora, folder, 'MANIFEST.tsv')
        if not os.path.exists(manifest):
            continue
        with open(manifest, encoding='utf-8') as f:
            for line in f.read().split('\n')[1:]:
                cells = line.split('\t')
                if len(cells) > 2 and cells[1] in KINDS and cells[2] != '-':
                    yield f'{folder}/{cells[0]}', cells[1], cells[2]


def inspect(corpora, files):
    """The objects of each file; a process that crashes is an error."""
    found = {name: [] for name in files}
    for at in range(0, len(files), 200):
        run = subprocess.run(['staple-inspect', '--format', 'json', '--no-system-policy', '--'] +
                             files[at:at + 200], cwd=corpora, capture_output=True)
        if run.returncode not in (0, 2):
            sys.exit(f'staple-inspect ended with {run.returncode}: {run.stderr.decode()[:500]}')
        for o in json.loads(run.stdout)['objects']:
            found[o['source']].append(o)
    return found


def answer(objects, wanted):
    promises = [o['must_staple'] for o in objects if 'must_staple' in o]
    if 'of' in wanted:
        damaged = [o for o in objects if o['kind'] == 'unreadable' and o['label'] == 'CERTIFICATE']
        return f'{promises.count("yes")}of{len(promises) + len(damaged)}'
    return promises[0] if promises else 'unparseable'


def main():
    corpora, listed = sys.argv[1], {}
    with open(sys.argv[2], encoding='utf-8') as f:
        for line in f:
            if not line.startswith('#') and line.strip():
                name, manifest, ours, reason = line.rstrip('\n').split('\t')
                listed[name] = (manifest, ours)
    table = list(rows(corpora))
    found = inspect(corpora, [name for name, _, _ in table])
    wrong = 0
    for name, kind, wanted in table:
        got = answer(found[name], wanted)
        expected = listed.pop(name, (wanted, wanted))
        if not found[name] or expected != (wanted, got):
            wrong += 1
            reasons = [o.get('reason', '') for o in found[name]]
            print(f'{name}\t{wanted}\t{got}\t{"; ".join(filter(None, reasons))}')
    for name in listed:
        wrong += 1
        print(f'{name}: listed, but not in a manifest')
    print(f'{len(table)} files, {wrong} wrong')
    return 1 if wrong or not table else 0


sys.exit(main())
