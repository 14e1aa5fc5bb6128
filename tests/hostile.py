"""Files made to break their readers, and the programs run over them.

    hostile.py TOOLS FOLDER

Makes the files in FOLDER and prints one line for each thing that went wrong: a status that is none of
0, 1, 2, a sanitizer's report, more than the time or memory that is given, output that a terminal, a
spreadsheet, a browser or a JSON reader would take for something else.  The last line counts.
"""
import base64
import csv
import gzip
import hashlib
import io
import json
import os
import re
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TOOLS, FOLDER = sys.argv[1], sys.argv[2]
KEY = ec.generate_private_key(ec.SECP256R1())
SECONDS = 60


def length(n):
    if n < 128:
        return bytes([n])
    b = n.to_bytes((n.bit_length() + 7) // 8, 'big')
    return bytes([0x80 | len(b)]) + b


def tlv(tag, *content):
    content = b''.join(content)
    return bytes([tag]) + length(len(content)) + content


def cert(cn, serial=b'\x02\x01\x07', times=b'\x17\x0d260101000000Z\x17\x0d270101000000Z', san=(), more=b'',
         organisation=b'x'):
    algorithm = bytes.fromhex('300a06082a8648ce3d040302')
    name = tlv(0x30, *[tlv(0x31, tlv(0x30, bytes.fromhex(oid), tlv(0x0c, v)))
                       for oid, v in (('0603550403', cn), ('060355040a', organisation))])
    key = KEY.public_key().public_bytes(serialization.Encoding.DER,
                                        serialization.PublicFormat.SubjectPublicKeyInfo)
    if san:
        more += extension('0603551d11', tlv(0x30, *[tlv(0x82, s) for s in san]))
    tbs = tlv(0x30, bytes.fromhex('a003020102'), serial, algorithm, name, tlv(0x30, times), name, key,
              tlv(0xa3, tlv(0x30, more)) if more else b'')
    return tlv(0x30, tbs, algorithm, tlv(3, b'\0' + KEY.sign(tbs, ec.ECDSA(hashes.SHA256()))))


def extension(oid, value):
    return tlv(0x30, bytes.fromhex(oid), tlv(4, value))


def pem(der):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return '\n'.join(['-----BEGIN CERTIFICATE-----', *lines, '-----END CERTIFICATE-----', '']).encode()


FORMULA = pem(cert(b'=cmd|/c calc!A1', san=[b'=HYPERLINK("http://e")', b'+1', b'-1', b'@x', b'\t=1', b'a,b"c']))
FEATURE = '06082b06010505070118'


def certificates():
    yield 'formula.pem', FORMULA
    yield 'html.pem', pem(cert(b'<script>alert(1)</script>', organisation=b'</td><h1>',
                               san=[b'"><img src=x onerror=alert(1)>', b"'onmouseover=1"]))
    yield 'terminal.pem', pem(cert(b'\x1b[2J\x1b]0;x\x07\x9b31m\r\npass', san=[b'\x1b[31m', b'a\0b', b'\x7f'],
                                   organisation='\u202e\u2066\u200b\ufeff\x85\x9b'.encode()))
    yield 'nul.pem', pem(cert(b'www.example\0.evil', san=[b'www.example\0.evil.example']))
    for name, serial in (('negative', b'\x02\x01\xfb'), ('empty', b'\x02\x00'),
                         ('long', tlv(2, b'\x01' + b'\0' * 20000)), ('padded', b'\x02\x03\0\0\1')):
        yield f'serial-{name}.pem', pem(cert(b's', serial))
    for i, (a, b) in enumerate(((b'\x18\x0f00000101000000Z', b'\x18\x0f99991231235959Z'),
                                (b'\x17\x0d500101000000Z', b'\x17\x0d491231235959Z'),
                                (b'\x18\x0f20380119031408Z', b'\x18\x0f21060207062816Z'),
                                (b'\x17\x0d260230000000Z', b'\x17\x0d261301000000Z'),
                                (b'\x17\x0d260101235960Z', b'\x05\0'))):
        yield f'time-{i}.pem', pem(cert(b't', times=a + b))
    yield 'names-many.der', cert(b'n', san=[b'h%d.example' % i for i in range(20000)])
    yield 'names-odd.pem', pem(cert(b'o', san=[b'*', b'.', b'*.*.a', b'a' * 300, b'a..b', b'\xff\xfe', b'']))
    yield 'name-long.der', cert(b'x' * 30000)
    yield 'feature-many.der', cert(b'f', more=extension(FEATURE, tlv(0x30, b'\x02\x01\x05' * 10000)))
    yield 'feature-large.der', cert(b'f', more=extension(FEATURE, tlv(0x30, tlv(2, b'\1' + b'\0' * 30000))))
    yield 'feature-often.der', cert(b'f', more=extension(FEATURE, b'\x30\x03\x02\x01\x05') * 2000)


def forms():
    deep = b''
    for _ in range(3000):
        deep = tlv(0x30, deep)
    yield 'deep.der', deep
    yield 'deep-indefinite.der', b'\x30\x80' * 50000
    yield 'length-overlong.der', bytes.fromhex('308400000005') + b'\x02\x01\x01\x02\x01'
    yield 'length-all.der', bytes.fromhex('3088ffffffffffffffff02')
    yield 'length-signed.der', bytes.fromhex('30887fffffffffffffff02')
    yield 'length-4g.der', bytes.fromhex('3084ffffffff') + bytes(100)
    yield 'length-reserved.der', b'\x30\xff' + b'\xff' * 127
    begin, end = b'-----BEGIN CERTIFICATE-----\n', b'-----END CERTIFICATE-----\n'
    yield 'line.pem', begin + b'A' * 4000000 + b'\n' + end
    yield 'endless.pem', begin + b'QUFB\n' * 400000
    yield 'begins.pem', begin * 5000
    yield 'empty-blocks.pem', (begin + end) * 5000
    yield 'padding.pem', begin + b'=' * 100000 + b'\n' + end
    yield 'dashes.pem', b'-' * 4000000
    yield 'label.pem', b'-----BEGIN \x1b[31mX-----\nQUFB\n-----END \x1b[31mX-----\n'


def java_store(body, count=1, magic=0xfeedfeed):
    store = struct.pack('>IIi', magic, 2, count) + body
    return store + hashlib.sha1('changeit'.encode('utf-16-be') + b'Mighty Aphrodite' + store).digest()


def java_entry(alias, der, octets=None):
    return (struct.pack('>IH', 2, len(alias)) + alias + struct.pack('>qH', 0, 5) + b'X.509' +
            struct.pack('>i', len(der) if octets is None else octets) + der)


def java():
    der = cert(b'java')
    yield 'count-negative.jks', java_store(java_entry(b'a', der), -1)
    yield 'count-large.jks', java_store(java_entry(b'a', der), 0x7fffffff)
    for name, n in (('negative', -1), ('least', -2**31), ('most', 2**31 - 1)):
        yield f'length-{name}.jks', java_store(java_entry(b'a', der, n))
    yield 'alias.jks', java_store(java_entry(b'\x1b[31m\xc0\x80</td>=1', der))
    yield 'chain.jks', java_store(struct.pack('>IH', 1, 1) + b'a' + struct.pack('>qii', -2**63, -1, -1))
    yield 'serialised.jks', java_store(struct.pack('>IH', 3, 1) + b'a' + bytes(8) + b'\xac\xed\0\5' +
                                       b'sr\0\1x' * 50000, magic=0xcececece)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def archives():
    bomb = zipped([('a.pem', b'-----BEGIN CERTIFICATE-----\n' + b'A' * 100000000)])
    yield 'bomb.zip', bomb
    yield 'bombs.zip', zipped((f'{i}.zip', bomb) for i in range(50))
    yield 'bomb.gz', gzip.compress(bytes(200000000), 9)
    yield 'members.zip', zipped((f'../../../../tmp/hostile-{i}.pem', b'') for i in range(20000))
    nested = FORMULA
    for _ in range(30):
        nested = zipped([('n.zip', nested)])
    yield 'nested.zip', nested
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as t:
        for name, kind, link in (('a', tarfile.SYMTYPE, 'b'), ('b', tarfile.SYMTYPE, 'a'),
                                 ('c', tarfile.LNKTYPE, '/etc/shadow'), ('d', tarfile.CHRTYPE, ''),
                                 ('e', tarfile.FIFOTYPE, '')):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            t.addfile(member)
        member = tarfile.TarInfo('\x1b[31m=1.pem')
        member.size = len(FORMULA)
        t.addfile(member, io.BytesIO(FORMULA))
    yield 'links.tar', out.getvalue()


def manifests():
    secret = 'apiVersion: v1\nkind: Secret\n'
    laugh = 'a: &a ["x","x","x","x","x","x","x","x","x"]\n'
    for a, b in zip('abcdefghijk', 'bcdefghijkl'):
        laugh += f'{b}: &{b} [' + ','.join([f'*{a}'] * 9) + ']\n'
    yield 'laugh.yaml', secret + laugh
    yield 'deep.yaml', secret + 'data: ' + '[' * 100000
    yield 'merge.yaml', secret + 'data: &d\n  <<: *d\n  tls.crt: QUFB\n'
    yield 'documents.yaml', ('---\n' + secret + 'data: {tls.crt: QUFB}\n') * 5000
    yield 'deep.json', '{"apiVersion":"v1","kind":"Secret","data":' + '{"a":' * 50000 + '1' + '}' * 50000 + '}'
    yield 'names.yaml', (secret + 'metadata: {name: "\\e[31m</td>\\n=1", namespace: "\\0x"}\ndata:\n  tls.crt: ' +
                         base64.b64encode(FORMULA).decode() + '\n')


# --- the programs ---

HIDDEN = re.compile('[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]')
INVENTORY = ['staple-inventory', '--no-system-policy', '--archives', '--servers']
COMMANDS = [['staple-inspect'], ['staple-inspect', '--format', 'json'], ['staple-verify', '--no-system-policy'],
            INVENTORY, INVENTORY + ['--format', 'json'], INVENTORY + ['--format', 'csv'],
            INVENTORY + ['--format', 'html']]


def capped():
    if not os.environ.get('STAPLE_SANITIZED'):
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


def wrong(command, run):
    out, err = run.stdout.decode('utf-8', 'replace'), run.stderr.decode('utf-8', 'replace')
    if run.returncode not in (0, 1, 2):
        yield f'status {run.returncode}'
    if 'Sanitizer' in err or 'runtime error' in err:
        yield err[-300:]
    if '\ufffd' in out.replace('\\ufffd', '') and not run.stdout.count('\ufffd'.encode()):
        yield 'no UTF-8'
    if 'csv' in command:
        out = out.lstrip('\ufeff').replace('\r\n', '\n')
        for row in csv.reader(io.StringIO(out)):
            for cell in row:
                if cell[:1] in tuple('=+-@\t\r\n'):
                    yield f'a formula: {cell[:40]!r}'
    for text in (out, err):
        if HIDDEN.search(text):
            yield f'a character that a terminal obeys: {HIDDEN.search(text)!r}'
    if 'json' in command and out:
        json.loads(out)
    if 'html' in command and re.search('<script>alert|<img src=x|[^&]#39;onmouse|</td><h1>', out):
        yield 'HTML that was not meant'


def main():
    csv.field_size_limit(1 << 30)
    files = faults = 0
    for make in (certificates, forms, java, archives, manifests):
        for name, data in make():
            path = os.path.join(FOLDER, name)
            with open(path, 'wb') as f:
                f.write(data if isinstance(data, bytes) else data.encode())
            files += 1
            for command in COMMANDS:
                try:
                    run = subprocess.run([os.path.join(TOOLS, command[0]), *command[1:], path],
                                         capture_output=True, timeout=SECONDS, preexec_fn=capped,
                                         stdin=subprocess.DEVNULL)
                    said = list(wrong(command, run))
                except subprocess.TimeoutExpired:
                    said = [f'more than {SECONDS} seconds']
                except ValueError as e:
                    said = [f'JSON: {e}']
                for s in said:
                    faults += 1
                    print(f'{name}: {" ".join(command)}: {s}')
    print(f'{files} files, {faults} faults')
    return 1 if faults else 0


sys.exit(main())
