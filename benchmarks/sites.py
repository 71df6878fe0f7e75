"""Generated sites and what is true about them: which pages and images they have.

The same arguments give the same site, byte for byte.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

_WORDS = (  # noqa: SIM905 - a list of 33 literals is harder to read
    "harbour lantern meadow granite willow copper ridge estuary orchard glacier market "
    "bridge timber canyon lighthouse prairie tower valley window garden station quarry "
    "morning evening autumn winter shadow colour light distance weather traveller river"
).split()


@dataclass(frozen=True, slots=True)
class GeneratedSite:
    """``pages`` and ``images`` are all URLs that can be reached from ``starts``."""

    starts: list[str]
    pages: list[str]
    images: list[str]


def write_linked_pages(
    root: Path, *, origin: str, pages: int, images: int, seed: int = 1
) -> GeneratedSite:
    """Write pages of about 16 kB with 38 distinct links and 5 images with alt and srcset.

    Links: ten of a navigation that is on every page (and again in its foot), two that are the
    page's children in a tree, so that every page is reached, and others at random. The images
    exist as addresses only.
    """
    randomness = random.Random(seed)
    folder = root / "articles"
    folder.mkdir(parents=True)
    for number in range(pages):
        text = _linked_page(number, pages, images, randomness)
        (root / _page_path(number).lstrip("/")).write_text(text)
    return GeneratedSite(
        starts=[origin + _page_path(0)],
        pages=[origin + _page_path(number) for number in range(pages)],
        # Few pages may not get round to showing every image.
        images=[
            f"{origin}/photos/{_image_name(number)}" for number in range(min(images, 5 * pages))
        ],
    )


def _page_path(number: int) -> str:
    return f"/articles/{_WORDS[number % len(_WORDS)]}-{number:05d}.html"


def _image_name(number: int) -> str:
    return f"{_WORDS[number % len(_WORDS)]}-{number:05d}.jpg"


def _linked_page(number: int, pages: int, images: int, randomness: random.Random) -> str:
    navigation = list(range(min(10, pages)))
    children = [child for child in (2 * number + 1, 2 * number + 2) if child < pages]
    distinct = dict.fromkeys([*navigation, *children])
    while len(distinct) < min(38, pages):
        distinct[randomness.randrange(pages)] = None
    menu = "".join(f'<li class="menu-item">{_link(n)}</li>' for n in navigation)
    related = "".join(
        f'<li class="related-item" data-position="{position}">{_link(n)} '
        f"<span>{_sentence(randomness, 8)}</span></li>\n"
        for position, n in enumerate(list(distinct)[len(navigation) :])
    )
    # Every image is on some page: the pages walk through them, five at a time.
    figures = "".join(
        _figure((number * 5 + position) % images, randomness) for position in range(5)
    )
    text = "".join(f"<p>{_sentence(randomness, 70)}</p>\n" for _ in range(12))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{_sentence(randomness, 6)} {number}</title>"
        f'<meta name="description" content="{_sentence(randomness, 20)}">'
        f'<link rel="stylesheet" href="/site.css"></head><body>\n'
        f"<nav><ul>{menu}</ul></nav>\n<main><h1>{_sentence(randomness, 5)}</h1>\n"
        f"{figures}{text}<ul>{related}</ul></main>\n"
        f"<footer><ul>{menu}</ul></footer></body></html>\n"
    )


def _link(number: int) -> str:
    return f'<a href="{_page_path(number)}" class="link">{_WORDS[number % len(_WORDS)]}</a>'


def _figure(number: int, randomness: random.Random) -> str:
    name = _image_name(number)
    return (
        f'<figure><img src="/photos/{name}" alt="{_sentence(randomness, 7)}" '
        f'srcset="/photos/w400/{name} 400w, /photos/w800/{name} 800w, /photos/{name} 1600w" '
        f'sizes="(max-width: 800px) 100vw, 800px"></figure>\n'
    )


def _sentence(randomness: random.Random, words: int) -> str:
    return " ".join(randomness.choices(_WORDS, k=words))


def write_galleries(
    roots: Sequence[tuple[str, Path]],
    *,
    pages: int,
    images: int,
    size_px: tuple[int, int],
    dead_images: Sequence[str] = (),
    seed: int = 1,
) -> GeneratedSite:
    """Write galleries on several origins, with real and unique JPEG images.

    ``roots`` pairs an origin with the folder that is served there. Pages and images are dealt
    out in turn; a page's images lie on any of the origins, its links on its own one and a few
    on the next. ``dead_images`` are addresses that the first page shows before all others;
    they are no part of the result's ``images``.
    """
    randomness = random.Random(seed)
    hosts = len(roots)
    for _, root in roots:
        (root / "images").mkdir(parents=True)
    sources = []
    for number in range(images):
        origin, root = roots[number % hosts]
        write_photo(root / "images" / _image_name(number), size_px=size_px, seed=number)
        sources.append(f"{origin}/images/{_image_name(number)}")
    shown = sources.copy()
    randomness.shuffle(shown)
    addresses = [_gallery_address(number, roots) for number in range(pages)]
    per_page = -(-images // pages)
    for number in range(pages):
        own = shown[number * per_page : (number + 1) * per_page]
        dead = list(dead_images) if number == 0 else []
        # A tree with three branches on each origin, so that its first page leads to all.
        children = [(number // hosts * 3 + n) * hosts + number % hosts for n in (1, 2, 3)]
        linked = [n for n in children if n < pages]
        linked += [randomness.randrange(pages) for _ in range(6)]
        body = "".join(
            f'<figure><img src="{url}" alt="{_sentence(randomness, 5)}"></figure>\n'
            for url in [*dead, *own]
        )
        body += "".join(
            f'<a href="{addresses[n]}">{_sentence(randomness, 2)}</a>\n' for n in linked
        )
        root = roots[number % hosts][1]
        (root / f"gallery-{number:05d}.html").write_text(
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Gallery {number}</title>'
            f"</head><body>\n{body}</body></html>\n"
        )
    return GeneratedSite(starts=addresses[:hosts], pages=addresses, images=sources)


def _gallery_address(number: int, roots: Sequence[tuple[str, Path]]) -> str:
    return f"{roots[number % len(roots)][0]}/gallery-{number:05d}.html"


def write_photo(path: Path, *, size_px: tuple[int, int], seed: int) -> None:
    """Write a JPEG that no other seed gives: a smooth picture in which everything differs."""
    randomness = random.Random(seed)
    small = Image.frombytes("RGB", (16, 12), randomness.randbytes(16 * 12 * 3))
    small.resize(size_px, Image.Resampling.BILINEAR).save(path, quality=80)
