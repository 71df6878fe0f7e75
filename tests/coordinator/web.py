"""A small web that never changes: pages that link and show pictures, and the pictures' bytes."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image

from imagecrawler.identity.pictures import image_id
from imagecrawler.imaging.render import Rendered, render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.widths import Bucket
from imagecrawler.items import FoundImage, ImageCandidate

HOSTS = ("a.example", "b.example", "c.example")
PAGES = [f"http://{HOSTS[n % 3]}/p{n}" for n in range(12)]
STARTS = [PAGES[0], PAGES[1]]
# Every page is reached from the first; the links within a host and between hosts are mixed.
LINKS = {
    url: [PAGES[(n + 1) % 12], PAGES[(n + 3) % 12], PAGES[(5 * n + 2) % 12]]
    for n, url in enumerate(PAGES)
}
# Pages that no link leads to, only redirects.
TARGETS = [f"http://{HOSTS[n % 3]}/t{n}" for n in range(3)]
LINKS |= {url: [PAGES[n]] for n, url in enumerate(TARGETS)}

_IMG = "http://img.example"
SHARED = f"{_IMG}/shared.png"
LARGE = f"{_IMG}/elsewhere/large.png"
ALIASED, ALIAS = f"{_IMG}/aliased.png", "http://a.example/files/alias.png"
TWINS = (f"{_IMG}/twin-one.png", "http://c.example/twin-two.png")
BROKEN = {f"{_IMG}/broken.png", "http://b.example/broken-too.png"}
HALF_BROKEN = (f"{_IMG}/here.png", "http://b.example/gone.png")
GONE = BROKEN | {HALF_BROKEN[1]}

_WIDTHS = {SHARED: 5, LARGE: 18, ALIASED: 9, ALIAS: 9, TWINS[0]: 12, TWINS[1]: 12}
_SAME_BYTES = {ALIAS: ALIASED, TWINS[1]: TWINS[0]}


def _found(*urls: str, width: int | None = None) -> FoundImage:
    candidates = [ImageCandidate(url) for url in urls]
    if width is not None:
        candidates[-1] = ImageCandidate(urls[-1], width)
    return FoundImage(image_id(urls[0]), urls[0], candidates)


def pictures_of(url: str) -> list[FoundImage]:
    """Return what a page shows: one picture of its own, and some that it shares with others."""
    n = [*PAGES, *TARGETS].index(url)
    found = [_found(f"{_IMG}/own-{n}.png")]
    found += [_found(SHARED)] if n % 2 else [_found(SHARED, LARGE, width=18)]
    if n % 3 == 0:
        found.append(_found(ALIASED, ALIAS))
    elif n % 3 == 1:
        found.append(_found(ALIAS))
    if n % 4 < 2:
        found.append(_found(TWINS[n % 4]))
    elif n % 4 == 2:
        found.append(_found(*HALF_BROKEN, width=30))
    if n % 5 == 0:
        found.append(_found(sorted(BROKEN)[n % 2]))
    return found


@lru_cache
def rendered(url: str, widths: tuple[Bucket, ...]) -> Rendered:
    """Return the renditions of the picture at a URL, as a worker makes them."""
    return render(_bytes(_SAME_BYTES.get(url, url)), ImageRules(widths))


def _bytes(url: str) -> bytes:
    seed = image_id(url)
    width = _WIDTHS.get(url, 3 + int(seed[:2]) % 17)
    colour = tuple(int(seed[n : n + 2], 16) for n in (-12, -9, -6))
    file = io.BytesIO()
    Image.new("RGB", (width, 2), colour).save(file, "png")
    return file.getvalue()
