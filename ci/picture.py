"""A counterexample's two pictures, out of the page that shortwrite makes, as one SVG on stdout.

Usage: picture.py PROGRAM WRITER
"""
import re
import subprocess
import sys

SCHEDULE = "2:short=60%"
GAP = 24


def page_of(program, writer):
    replay = subprocess.run(
        [program, "replay", "--json", "--schedule", SCHEDULE, "--", writer, "{payload}", "{out}"],
        stdout=subprocess.PIPE, check=False)
    if replay.returncode != 1:
        sys.exit(f"picture.py: replay ended with {replay.returncode}, a counterexample is 1")
    return subprocess.run([program, "report", "--from", "-", "--html", "-"], input=replay.stdout,
                          stdout=subprocess.PIPE, check=True).stdout.decode()


def rules_for_pictures(style):
    """The page's rules, but those that lay out what is not a picture."""
    colours, _, _ = style.partition("* { box-sizing")
    _, _, shapes = style.partition(".frame {")
    shapes, _, _ = shapes.partition("footer {")
    return f"{colours}svg {{ background: var(--paper); }}\n.frame {{{shapes}"


def placed(svg, y):
    """The drawing as an element of another, and its size."""
    width, height = (float(n) for n in re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
    return svg.replace("<svg ", f'<svg y="{y:g}" width="{width:g}" height="{height:g}" ', 1), width, height


def main():
    page = page_of(*sys.argv[1:3])
    style = re.search(r"<style>\n(.*?)</style>", page, re.S).group(1)
    patterns = re.search(r"<defs>.*?</defs>", page, re.S).group(0)
    drawings = re.findall(r"<svg viewBox.*?</svg>\n", page, re.S)
    if len(drawings) != 2:
        sys.exit(f"picture.py: {len(drawings)} pictures in the page, expected 2")
    body, y = "", 0
    for drawing in drawings:
        text, width, height = placed(drawing, y)
        body += text
        y += height + GAP
    sys.stdout.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {y - GAP:g}">\n'
                     f"<style>\n{rules_for_pictures(style)}</style>\n{patterns}\n{body}</svg>\n")


main()
