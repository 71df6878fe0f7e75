"""What a page shows with scripts joins what it shows without: one picture is one image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from itertools import groupby

from imagecrawler.discovery.finds import Find
from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.pictures import pictures
from imagecrawler.discovery.srcset import parse_srcset
from imagecrawler.discovery.upgrading import UPGRADE, secure_finds
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url
from imagecrawler.items import Evidence, FoundImage, ImageCandidate, Look, ObservedImage

FOUND_BY = "rendered"


def rendered_page(static: ParsedPage, look: Look, *, robots_tag: str | None = None) -> ParsedPage:
    """Return what the page shows and where it leads, by its own markup and by ``look``.

    The document as scripts left it is read by ``parse_page``, as is the markup of images that
    came and went, so that a picture has the same id however it was found; what the markup of
    the page itself has comes first and wins. A preview that an element shows before its picture
    stays the ``placeholder`` that it is for ``parse_page``. Without a document at the end (the
    page hung) the static one counts.
    """
    url = look.url or static.base_url
    final, policies = static, [UPGRADE] if static.upgrades else []
    if look.html:
        final = parse_page(look.html, url=url, robots_tag=robots_tag, policies=policies)
        policies = [UPGRADE] if final.upgrades else []
    nofollow = static.nofollow or final.nofollow
    seen = list(_passing(look, nofollow=nofollow, policies=policies))
    links = (link for page in (static, final, *seen) for link in page.links)
    by_scripts = [] if final is static else final.images
    by_scripts = [*by_scripts, *(image for page in seen for image in page.images)]
    finds = [_find(image, image.found_by) for image in static.images]
    finds += [_without_stub(_find(image, _shown_by(image))) for image in by_scripts]
    observed = list(_finds(look.observed))
    if final.upgrades:
        secure_finds(observed, url)
    finds += observed
    return replace(
        final,
        title=final.title or static.title,
        language=final.language or static.language,
        canonical=final.canonical or static.canonical,
        nofollow=nofollow,
        images=_with_tags(pictures(finds), [*static.images, *by_scripts]),
        links=[] if nofollow else list(dict.fromkeys(links)),
        skipped={**static.skipped, **final.skipped},
    )


def _passing(look: Look, *, nofollow: bool, policies: list[str]) -> Iterator[ParsedPage]:
    """Yield what is not in the final document: what came and went, links, other documents."""
    rules = "nofollow" if nofollow else None
    for frame in look.frames:
        # Its links are in `look.links`, and what it forbids holds for it alone.
        yield replace(parse_page(frame.html, url=frame.url, policies=policies), links=[])
    for base_url, images in groupby(look.observed, key=lambda image: image.base_url):
        markup = dict.fromkeys(image.markup for image in images if image.markup)
        yield replace(parse_page("\n".join(markup), url=base_url, policies=policies), links=[])
    anchors = "".join(f'<a href="{escape(link)}"></a>' for link in look.links)
    yield parse_page(anchors, url=look.url, robots_tag=rules, policies=policies)


def _shown_by(image: FoundImage) -> list[str]:
    # What the document only names (in metadata, in data for scripts) is no surer now.
    is_shown = image.certainty == 1.0 or "lazy" in image.found_by
    return [*image.found_by, FOUND_BY] if is_shown else image.found_by


def _find(image: FoundImage, found_by: list[str]) -> Find:
    return Find(
        list(image.candidates),
        tuple(found_by),
        image.link,
        image.description,
        list(image.evidence),
        heading=image.heading,
        text=image.text,
        stated=image.stated,
    )


def _without_stub(find: Find) -> Find:
    """Leave out sizes that scripts may have taken from the stub, whose one pixel is no claim."""
    find.evidence = [
        replace(told, width_px=None, height_px=None)
        if any(side is not None and side <= 1 for side in (told.width_px, told.height_px))
        else told
        for told in find.evidence
    ]
    return find


def _finds(observed: Iterable[ObservedImage]) -> Iterator[Find]:
    for image in observed:
        if image.markup:
            continue  # Read already; its `url` may be a preview.
        candidates = parse_srcset(image.srcset, base_url=image.base_url)
        url = absolute_url(image.url, image.base_url)
        link = absolute_url(image.link or "", image.base_url)
        if not candidates and url is not None:
            candidates = [ImageCandidate(url)]
        if candidates and link is not None and is_image_file(link):
            candidates, link = [*candidates, ImageCandidate(link)], None
        if candidates:
            yield Find(candidates, (FOUND_BY,), link, image.description, [_evidence(image)])


def _evidence(image: ObservedImage) -> Evidence:
    # The box of an `img` is that of the stub it was answered with.
    is_sized = image.kind not in ("img", "request", "blob") and image.width_px and image.height_px
    return Evidence(
        width_px=image.width_px if is_sized else None,
        height_px=image.height_px if is_sized else None,
        alt=image.description or "",
        has_choice=bool(image.srcset),
        link=image.link,
    )


def _with_tags(found: list[FoundImage], images: Iterable[FoundImage]) -> list[FoundImage]:
    tags: dict[str, list[str]] = {}
    for image in images:
        if image.tags:
            tags.setdefault(image.id, image.tags)
    return [replace(image, tags=tags.get(image.id, [])) for image in found]
