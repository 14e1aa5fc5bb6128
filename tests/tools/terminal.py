#!/usr/bin/python3
"""Runs a command on a terminal of its own and types the answers.

    terminal.py [ANSWER...] -- COMMAND...

Each answer is typed when the next prompt (a text that ends in ": ") stands there; "^C" types the
interrupt character.  What the terminal shows goes to standard output, at the end a line "echo on"
or "echo off".  The exit status is the command's, 128 + N for a signal.
"""
import os
import pty
import select
import sys
import termios
import time

cut = sys.argv.index("--")
answers, command = sys.argv[1:cut], sys.argv[cut + 1:]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    os.close(master)
    name = os.ttyname(slave)
    os.close(slave)
    tty = os.open(name, os.O_RDWR)  # becomes the controlling terminal
    for fd in (0, 1, 2):
        os.dup2(tty, fd)
    os.execvp(command[0], command)
shown, fresh, deadline = b"", b"", time.monotonic() + 30
status = None
while time.monotonic() < deadline:
    if select.select([master], [], [], 0.05)[0]:
        data = os.read(master, 4096)
        shown += data
        fresh += data
    elif status is not None:
        break
    if answers and fresh.endswith(b": ") and not termios.tcgetattr(slave)[3] & termios.ECHO:
        answer = answers.pop(0)
        os.write(master, b"\x03" if answer == "^C" else answer.encode() + b"\n")
        fresh = b""
    if status is None:
        done, code = os.waitpid(pid, os.WNOHANG)
        status = code if done else None
if status is None:
    os.kill(pid, 9)
    _, status = os.waitpid(pid, 0)
sys.stdout.write(shown.decode(errors="replace").replace("\r\n", "\n"))
print("echo on" if termios.tcgetattr(slave)[3] & termios.ECHO else "echo off")
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
