"""The bare codec: photographs from memory to renditions in memory, in one process.

`python -m benchmarks.images.codec FOLDER WIDTHS SHARE OF` prints how many images its share
were, and when (epoch seconds) it began and ended with them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.widths import parse_widths


def main(folder: str, widths: str, share: str, of: str) -> None:
    """Render a share of the photographs."""
    rules = ImageRules(widths=parse_widths(widths))
    paths = sorted(Path(folder).glob("*.jpg"))[int(share) :: int(of)]
    bodies = [path.read_bytes() for path in paths]
    began = time.time()
    for body in bodies:
        render(body, rules)
    print(len(bodies), began, time.time())


if __name__ == "__main__":
    main(*sys.argv[1:])
