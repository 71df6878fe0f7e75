"""Writes benchmarks/KINDS.md, what became of every specimen.

``python tests/imaging/kinds_table.py``
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from kinds import (  # noqa: E402
    BILEVEL_BOUND,
    BOUNDS,
    COARSE_BOUND,
    NARROW,
    WHOLE,
    Film,
    reference,
    specimen,
    specimen_names,
    stored,
)

from benchmarks.tables import markdown_table  # noqa: E402
from imagecrawler.imaging.render import render  # noqa: E402

TABLE = ROOT / "benchmarks" / "KINDS.md"
REMAKE = "python tests/imaging/kinds_table.py"

HEAD = f"""# Every kind of image

Written by `{REMAKE}`; a test checks that it is up to date. Each file of
`tests/imaging/files/` (its README says who made it, and how) is stored at 48 px and at its own
size. The error is against libvips' decoding (ICC profiles by lcms) and Lanczos, laid on grey: the
mean and the largest over all pixels, channels and frames, of 255. 0 / 0 is the bytes that came.
What is allowed, mean / largest:
"""
FOOT = """
The error of JPEG, WebP and AVIF is that of quality 85 and halved chroma on a picture 48 pixels
wide whose disc has a hard edge; on photographs it is far less. An SVG is stored as it came, where
`original` is asked for.
"""
HEADER = (
    "file",
    "frames",
    "alpha",
    "stored at 48",
    "bytes",
    "error",
    "stored whole",
    "bytes",
    "error",
)


def table() -> str:
    """The whole document."""
    rows = [_vector(name) if name.endswith(".svg") else _row(name) for name in specimen_names()]
    bounds = {**BOUNDS, "two levels": BILEVEL_BOUND, "4:1:1 to png": COARSE_BOUND}
    allowed = [f"- {kind}: {mean:g} / {most:g}" for kind, (mean, most) in bounds.items()]
    return "\n".join([HEAD, *allowed, "", markdown_table(HEADER, rows), FOOT])


def words(text: str) -> list[list[str]]:
    """The cells that do not depend on the codecs' versions."""
    return [[cell for cell in row if not _NUMBERS.fullmatch(cell)] for row in _cells(text)]


def numbers(text: str) -> list[float]:
    """The cells that do, one after another."""
    found = [cell for row in _cells(text) for cell in row if _NUMBERS.fullmatch(cell)]
    return [float(number) for cell in found for number in cell.split(" / ")]


_NUMBERS = re.compile(r"[\d.]+( / [\d.]+)?")


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _row(name: str) -> list[str]:
    shows = reference(name)
    cells = [name]
    made = [stored(name, rules, shows) for rules in (NARROW, WHOLE)]
    cells.append(_kept(shows, [len(one.film.frames) for one in made], len(shows.frames)))
    cells.append(_kept(shows, [one.film.has_alpha for one in made], shows.has_alpha))
    for one in made:
        cells += [_what(one.file.suffix, one.is_untouched), str(len(one.file.data))]
        cells.append(f"{one.error[0]:.1f} / {one.error[1]:.0f}")
    return cells


def _kept(shows: Film, after: list[object], before: object) -> str:
    is_kept = after == [before] * 2
    if is_kept and (before is False or (len(shows.frames) == 1 and before is not True)):
        return "-"
    text = "yes" if before is True else f"{before} frames"
    return f"{text}, kept" if is_kept else f"{text}, then {after}"


def _what(suffix: str, is_untouched: bool) -> str:
    return f"{suffix}, untouched" if is_untouched else suffix


def _vector(name: str) -> list[str]:
    cells = [name, "-", "-"]
    for rules in (NARROW, WHOLE):
        file = render(specimen(name), rules).files[-1]
        cells += [_what(file.suffix, file.data == specimen(name)), str(len(file.data)), "-"]
    return cells


if __name__ == "__main__":
    TABLE.write_text(table())
