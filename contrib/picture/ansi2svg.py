#!/usr/bin/python3
"""Terminal text with colours (SGR) on standard input, one self-contained SVG on standard output.

    script -qc COMMAND /dev/null | ansi2svg.py [--columns N] [--title TEXT] >picture.svg
"""
import argparse
import html
import re
import sys

COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}
PLAIN, BACK, DIM = "#e6edf3", "#0d1117", "#8b949e"
WIDTH, HEIGHT, PAD = 8.4, 19, 16
SGR = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


def spans(line, state):
    """The line as (text, state) pieces; state is (colour, bold) and carries over lines."""
    at = 0
    for m in SGR.finditer(line):
        if m.start() > at:
            yield line[at:m.start()], tuple(state)
        at = m.end()
        if m.group(2) != "m":
            continue
        for code in [int(c or 0) for c in m.group(1).split(";")]:
            if code == 0:
                state[:] = [PLAIN, False]
            elif code == 1:
                state[1] = True
            elif code == 2:
                state[0] = DIM
            elif code in COLOURS:
                state[0] = COLOURS[code]
    if at < len(line):
        yield line[at:], tuple(state)


def wrap(pieces, columns):
    """Lines of at most so many columns."""
    row, used = [], 0
    for text, state in pieces:
        while text:
            part = text[:columns - used]
            row.append((part, state))
            used += len(part)
            text = text[len(part):]
            if used == columns and text:
                yield row
                row, used = [], 0
    yield row


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--title", default="staple-tools")
    options = parser.parse_args()
    state, rows = [PLAIN, False], []
    for line in sys.stdin.read().replace("\r\n", "\n").replace("\t", "        ").split("\n"):
        rows.extend(wrap(spans(line.split("\r")[-1], state), options.columns))
    while rows and not rows[-1]:
        rows.pop()
    w, h = options.columns * WIDTH + 2 * PAD, len(rows) * HEIGHT + 2 * PAD
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img">' % (w, h),
           "<title>%s</title>" % html.escape(options.title),
           '<rect width="100%%" height="100%%" rx="8" fill="%s"/>' % BACK,
           '<g font-family="ui-monospace,DejaVu Sans Mono,Menlo,Consolas,monospace" '
           'font-size="14">']
    for i, row in enumerate(rows):
        x = PAD
        out.append('<text y="%d">' % (PAD + HEIGHT * i + 14))
        for text, (colour, bold) in row:
            out.append('<tspan x="%.1f" fill="%s"%s textLength="%.1f">%s</tspan>' % (
                x, colour, ' font-weight="bold"' if bold else "", len(text) * WIDTH,
                html.escape(text).replace(" ", "\u00a0")))
            x += len(text) * WIDTH
        out.append("</text>")
    out.append("</g></svg>")
    print("\n".join(out))


if __name__ == "__main__":
    main()
