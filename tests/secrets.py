#!/usr/bin/python3
"""Nothing secret leaves a program: not in what it writes or sends, nor in the arguments and the
environment of what it starts, nor in a core dump.

    secrets.py LAB-FOLDER WORK-FOLDER HOST:PORT [TOKEN-URL]

Each command runs under strace, which shows the bytes of every write and the words of every execve.
Speaks TAP.
"""
import base64
import os
import re
import resource
import signal
import subprocess
import sys
import time

from checks import ok, plan, read

LAB, WORK, SERVER = sys.argv[1:4]
TOKEN = sys.argv[4] if len(sys.argv) > 4 else None
PASSWORD, PIN = b"Korrekt-Pferd-Batterie", b"73190486"
CALLS = "trace=execve,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg,send,msgsnd"


def openssl(*args):
    return subprocess.run(["openssl", *args], cwd=WORK, check=True, capture_output=True).stdout


def key_secrets(pem):
    """The private number, as bytes, digits and base64 wherever that begins and its lines end."""
    text = openssl("pkey", "-in", pem, "-noout", "-text").decode()
    scalar = bytes.fromhex(re.sub(r"[^0-9a-f]", "", re.search(r"priv:([0-9a-f:\s]+?)pub:", text)[1]))[-32:]
    found = [scalar, scalar.hex().encode()]
    for k in range(3):
        letters = base64.b64encode(b"\0" * k + scalar)[4 if k else 0:-4]
        found += [letters[:16], letters[-16:]]
    return found


def trace(args, env):
    out = os.path.join(WORK, "trace")
    done = subprocess.run(["strace", "-f", "-qq", "-v", "-xx", "-s", "1000000", "-e", CALLS, "-o", out, *args],
                          cwd=WORK, env=dict(os.environ, **env), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120)
    lines = read(os.path.join(WORK, "trace")).decode().splitlines()
    assert "execve" in lines[0], lines[0]  # the program's own beginning: what it was given
    shown = b"".join(bytes.fromhex(s.replace("\\x", "")) + b"\n" for line in lines[1:]
                     for s in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', line))
    return done, shown


def kept(what, secrets, *args, status=0, env={}):
    done, shown = trace(args, env)
    met = [i for i, s in enumerate(secrets) if s in shown or s in done.stdout or s in done.stderr]
    ok(done.returncode == status and not met and shown,
       "%s: nothing secret is written, sent or handed on" % what, "status %d" % done.returncode,
       "secrets met: %s" % met, done.stdout[-200:], done.stderr[-200:])


def commands():
    own = ["--no-system-policy", "-v"]
    key = key_secrets(os.path.join(LAB, "ms.key"))
    everything = key + [PASSWORD]
    lab = lambda name: os.path.join(LAB, name)

    # The test can fail: a program that shows what it should not.
    _, shown = trace(["sh", "-c", "sed '' '%s' >copy; /bin/echo %s >/dev/null" % (lab("ms.key"), PASSWORD.decode())], {})
    ok(any(s in shown for s in key) and PASSWORD in shown, "what is written and handed on is seen")

    with open(os.path.join(WORK, "password"), "wb") as f:
        f.write(PASSWORD + b"\n")
    with open(os.path.join(WORK, "wrong"), "wb") as f:
        f.write(PASSWORD[::-1] + b"\n")
    with open(os.path.join(WORK, "pin"), "wb") as f:
        f.write(PIN + b"\n")
    words = ["-passout", "pass:" + PASSWORD.decode()]
    openssl("pkcs8", "-topk8", "-in", lab("ms.key"), "-out", "locked.key", *words)
    openssl("pkcs12", "-export", "-in", lab("ms.pem"), "-inkey", lab("ms.key"), "-out", "b.p12", *words)
    with open(os.path.join(WORK, "cut.key"), "wb") as f:
        f.write(read(lab("ms.key"))[:-60])

    kept("staple-csr --key", everything, "staple-csr", *own, "--key", "locked.key", "--password-file",
         "password", "--out", "r.pem", "a.test")
    kept("staple-csr with a wrong password", everything + [PASSWORD[::-1]], "staple-csr", *own, "--key",
         "locked.key", "--password-file", "wrong", "--out", "r.pem", "a.test", status=2)
    kept("staple-csr with a damaged key", everything, "staple-csr", *own, "--key", "cut.key", "--out",
         "r.pem", "a.test", status=2)
    done, shown = trace(["staple-csr", *own, "--out-key", "n.key", "--password-file", "password", "--out",
                         "n.pem", "a.test"], {})
    openssl("pkey", "-in", "n.key", "-passin", "pass:" + PASSWORD.decode(), "-out", "plain.key")
    new = key_secrets("plain.key") + [PASSWORD]
    ok(done.returncode == 0 and not any(s in shown for s in new) and b"ENCRYPTED" in shown,
       "staple-csr, a new key: only its encrypted form is written")
    kept("staple-verify --key", everything, "staple-verify", *own, "--trust", lab("root.pem"), "--key",
         lab("ms.key"), lab("ms.chain.pem"))
    kept("staple-inspect", everything, "staple-inspect", "-v", "--password-file", "password", "b.p12",
         lab("ms.all.pem"), "locked.key")
    kept("staple-inventory", everything, "staple-inventory", *own, "--format", "json", "--password-file",
         "password", "--db", "h.db", "b.p12", "locked.key", lab("ms.all.pem"))
    kept("staple-inventory with a wrong password", everything + [PASSWORD[::-1]], "staple-inventory", *own,
         "--password-file", "wrong", "b.p12", status=2)
    kept("staple-fetch, with a hook", everything, "staple-fetch", *own, "--force", "--layout", "haproxy",
         "--out-dir", ".", "--hook", "/bin/true", lab("ms.all.pem"))
    kept("staple-fetch, with a proxy", everything, "staple-fetch", *own, "--retries", "0", "--out", "x.ocsp",
         lab("ms.all.pem"), status=2, env={"http_proxy": "http://me:%s@127.0.0.1:9/" % PASSWORD.decode()})
    kept("staple-gate, with a client's key", everything, "staple-gate", *own, "--trust", lab("root.pem"),
         "--rounds", "1", "--client-cert", lab("ms.all.pem"), "--client-key", lab("ms.key"), SERVER)
    kept("staple-gate, with a rehearsal", everything, "staple-gate", *own, "--trust", lab("root.pem"),
         "--rounds", "1", "--cert", lab("ms.all.pem"), "--rehearse", "exec sleep 1", SERVER, status=REHEARSED)
    if TOKEN:
        kept("staple-csr with a token", everything + [PIN], "staple-csr", *own, "--key", TOKEN, "--pin-file",
             "pin", "--out", "t.pem", "a.test")
    else:
        print("# no token could be made: SoftHSM is not installed")


REHEARSED = 2  # the command ends without having listened


def dumps(args):
    """Whether a core is dumped when it crashes while it waits for its input."""
    def allow():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(r, 0)
        os.close(w)
        os.chdir(WORK)
        os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
        allow()
        os.execvp(args[0], args)
    os.close(r)
    wait = "/proc/%d/wchan" % pid
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with open("/proc/%d/stat" % pid) as f:
            if f.read().rsplit(")", 1)[1].split()[0] == "S" and "pipe" in open(wait).read():
                break
        time.sleep(0.02)
    os.kill(pid, signal.SIGABRT)
    status = os.waitpid(pid, 0)[1]
    os.close(w)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT, os.WCOREDUMP(status)


def cores():
    died, dumped = dumps(["cat"])
    if not dumped:
        print("# this system dumps no core for any program (%s)" % died)
    for args in (["staple-csr", "--batch", "-", "--out-dir", "."], ["staple-inspect", "-"],
                 ["staple-verify", "--no-system-policy", "--trust", os.path.join(LAB, "root.pem"), "-"],
                 ["staple-inventory", "-"], ["staple-fetch", "--out", "x.ocsp", "-"],
                 ["staple-gate", "--targets", "-"]):
        died, dumped = dumps(args)
        ok(died and not dumped, "%s: a crash dumps no core" % args[0], died, dumped)


def main():
    commands()
    cores()
    plan()


main()
