"""What pages say of an image, brought down to marks: ``"file:logo"``, ``"in:header"``. Pure.

A mark is one piece of evidence of what an image is for, in words that a person can read. What
the marks of several pages say together is their union, in whatever order they were seen. What
follows from them is decided in ``image_class``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from imagecrawler.items import Evidence, FoundImage
from imagecrawler.policies.image_words import (
    AD_HOSTS,
    AD_PATHS,
    AD_SCRIPTS,
    AD_SIZES,
    AVATAR_HOSTS,
    AVATAR_PATHS,
    CONTROL_NAMES,
    ICON_HOSTS,
    NEGATING,
    NOT_SITEWIDE,
    RATIOS,
    SOCIAL_NAMES,
    SPACER_NAMES,
    TRACKER_HOSTS,
    TRACKER_PATHS,
    WORDS,
)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[^0-9A-Za-z]+")
_NUMBERS = re.compile(
    r"(?:^|[-_.@ ])(?:\d+(?:x\d*)?(?:px)?|x\d|v\d+|min|white|black|color|colour)(?=$|[-_.@ ])"
)
_NO_LOGO = re.compile(r"(?:[ao]logo|logo(?:ut|n|s?y|ff))$")
_HASHED = re.compile(r"[-_.][0-9a-f]{8,}$")
_HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][A-Za-z]{2})?/?)?(?:(?:index|home|default)(?:\.[a-z]{2,5})?/?)?"
)
_PHOTO = frozenset(("jpg", "jpeg", "webp", "avif", "heic", "tif", "tiff"))
_DRAWN = frozenset(("svg", "ico", "gif"))
_SITEWIDE = frozenset(("header", "footer", "nav", "aside"))
_SECTIONS = frozenset(("article", "main"))
# Words that mean something around an image only when they are near it.
_NEAR = 3
_CACHE = 8_192
_LONG_ALT_WORDS = 5
_WIDE_OFFER_PX = 400


def marks_of(image: FoundImage, page_url: str) -> list[str]:
    """Return what one page says of what an image is for, sorted, each mark once."""
    page_host = _parts(page_url)[0]
    marks = set(_address_marks(image.url, page_host))
    if any((c.width_px or 0) >= _WIDE_OFFER_PX for c in image.candidates):
        marks.add("offers:large")
    if "icon" in image.found_by:
        marks.add("found:icon")
    for evidence in image.evidence:
        marks.update(_marks_of_evidence(evidence, page_host))
    return sorted(marks)


@lru_cache(maxsize=_CACHE)
def _marks_of_evidence(evidence: Evidence, page_host: str) -> frozenset[str]:
    marks = {f"name:{what}" for what in _words(evidence.names)}
    for place, names in enumerate(evidence.around):
        for what in _words(names):
            if what in _SITEWIDE:
                continue
            if place < _NEAR or (
                what in ("comment", "content") or (what == "ad" and place == _NEAR)
            ):
                marks.add(f"around:{what}")
    marks.update(_size_marks(evidence.width_px, evidence.height_px))
    marks.update(_place_marks(evidence))
    marks.update(_alt_marks(evidence.alt))
    marks.update(_link_marks(evidence, page_host))
    if evidence.is_hidden:
        marks.add("hidden")
    if evidence.has_choice:
        marks.add("offers:choice")
    return frozenset(marks)


@lru_cache(maxsize=_CACHE)
def _words(names: str) -> frozenset[str]:
    """Return what the words of some class names and ids say."""
    found = set()
    for name in names.split():
        tokens = _tokens(name)
        if NEGATING.intersection(tokens[:1]):
            continue
        said = {what for token in tokens if (what := _meaning(token)) is not None}
        if said & _SITEWIDE and NOT_SITEWIDE.intersection(tokens):
            said -= _SITEWIDE
        if "ad" in said and NEGATING.intersection(tokens):
            said.discard("ad")
        found |= said
    return frozenset(found)


def _tokens(name: str) -> list[str]:
    return [token.lower() for token in _SPLIT.split(_HUMP.sub(" ", name)) if token]


def _meaning(token: str) -> str | None:
    word = token.rstrip("0123456789") or token
    what = WORDS.get(word)
    if what is None and "logo" in word and (word.startswith("logo") or word.endswith("logo")):
        return None if _NO_LOGO.search(word) else "logo"
    if what is None and word.endswith("avatar") and word != "blavatar":  # WordPress.com: a blog's
        return "avatar"
    return what


def _size_marks(width: int | None, height: int | None) -> Iterator[str]:
    if width is None and height is None:
        return
    if width is None or height is None:
        side = height if width is None else width
        assert side is not None
        if side <= 1:
            yield "shown:pixel"
        elif side <= 32:
            yield "shown:low"
        elif side >= 300:
            yield "shown:large"
        return
    if max(width, height) <= 2 or min(width, height) == 0:
        yield "shown:pixel"
    elif (width, height) in RATIOS:
        return
    elif max(width, height) <= 32:
        yield "shown:tiny"
    elif max(width, height) <= 64:
        yield "shown:small"
    elif (width, height) in AD_SIZES:
        yield "shown:ad-size"
    elif min(width, height) >= 200:
        yield "shown:large"
    elif height <= 100 and width >= 2 * height:
        yield "shown:strip"
    if 32 < max(width, height) <= 150 and abs(width - height) <= 2:
        yield "shown:small-square"


def _place_marks(evidence: Evidence) -> Iterator[str]:
    """Yield where an image stands; the head of an article is no head of the page."""
    places = evidence.places
    if "figure" in places:
        yield "in:figure"
    if "button" in places or "label" in places:
        yield "in:button"
    if "noscript" in places:
        yield "in:noscript"
    inner = True
    for number, place in enumerate(places):
        if place in ("nav", "aside"):
            yield f"in:{place}"
            return
        if place in ("header", "footer") and not _SECTIONS.intersection(places[number:]):
            yield f"in:{place}"
            return
        inner = inner and place not in _SECTIONS
    said = set().union(*(_words(names) for names in evidence.around)) & _SITEWIDE
    if not inner:
        yield "in:main"
        said &= {"nav", "aside"}
    if said:
        yield f"in:{min(said)}"


def _alt_marks(alt: str) -> Iterator[str]:
    words = [word for word in re.split(r"[\W_]+", alt.lower()) if word]
    if not words:
        return
    if words[0] in ("logo", "logotipo") or words[-1] in (
        "logo",
        "logotype",
        "logotipo",
        "wordmark",
    ):
        yield "alt:logo"
    if words[-1] in ("icon", "icone", "emoji", "favicon", "bullet", "arrow"):
        yield "alt:icon"
    if words[-1] in ("avatar", "gravatar") or words[0] in ("avatar", "gravatar"):
        yield "alt:avatar"
    if " ".join(words[-2:]) in ("profile picture", "profile photo", "profile image", "user photo"):
        yield "alt:avatar"
    if " ".join(words[:2]) in ("get it", "download on", "available on"):
        yield "alt:badge"
    if words[0] in ("advertisement", "werbung", "anzeige", "publicidad", "reklama", "sponsored"):
        yield "alt:ad"
    name = " ".join(words)
    if name.removeprefix("follow us on ").removeprefix("share on ") in SOCIAL_NAMES:
        yield "alt:social"
    elif name in CONTROL_NAMES:
        yield "alt:control"
    if len(words) >= _LONG_ALT_WORDS and words[-1] not in ("logo", "icon", "avatar"):
        yield "alt:long"


def _link_marks(evidence: Evidence, page_host: str) -> Iterator[str]:
    if "sponsored" in evidence.link_rel:
        yield "link:sponsored"
    if evidence.link is None:
        return
    host, path, query = _parts(evidence.link)
    if _listed(host, path, _AD) or _listed(host, path, _TRACKERS):
        yield "link:ad-host"
    elif host == page_host:
        is_home = _HOME.fullmatch(path) is not None and not query
        yield "link:home" if is_home else "link:page"


def _address_marks(url: str, page_host: str) -> Iterator[str]:
    host, path, query = _parts(url)
    for what, hosts in _HOST_MARKS:
        if (listed := _listed(host, path, hosts)) and not _belongs(page_host, listed):
            yield f"{what}:{listed}"
    address = f"{path}?{query}" if query else path
    if TRACKER_PATHS.search(address[:1_000]):
        yield "path:tracker"
    if AD_PATHS.search(path):
        yield "path:ad"
    if AD_SCRIPTS.search(path):
        yield "path:ad-script"
    if AVATAR_PATHS.search(path):
        yield "path:avatar"
    folder, _, file = path[:1_000].rpartition("/")
    yield from _file_marks(unquote(file))
    for segment in folder.split("/")[-4:]:
        for what in _words(segment):
            if what in ("logo", "icon", "sprite", "emoji", "flag", "social", "payment", "badge"):
                yield f"path:{what}"


def _file_marks(file: str) -> Iterator[str]:
    stem, dot, suffix = file.rpartition(".")
    stem, suffix = (stem, suffix.lower()) if dot and len(suffix) <= 5 else (file, "")
    if suffix in _PHOTO:
        yield "type:photo"
    elif suffix in _DRAWN:
        yield f"type:{suffix}"
    for what in _words(stem.replace(".", "-")):
        if what not in _SITEWIDE and what not in ("content", "round", "comment"):
            yield f"file:{what}"
    bare = _NUMBERS.sub("", _HASHED.sub("", stem.lower())).strip("-_.@ ")
    for affix in ("icon", "ico", "logo", "btn", "button", "ic"):
        bare = bare.removeprefix(f"{affix}-").removeprefix(f"{affix}_")
        bare = bare.removesuffix(f"-{affix}").removesuffix(f"_{affix}")
    if bare in SOCIAL_NAMES:
        yield "file:social"
    elif bare in CONTROL_NAMES:
        yield "file:control"
    elif bare in SPACER_NAMES:
        yield "file:spacer"
    elif WORDS.get(bare) in ("badge", "icon"):
        yield "file:icon"


Listed = tuple[frozenset[str], dict[str, tuple[str, ...]]]


def _as_listed(entries: frozenset[str]) -> Listed:
    """Split a list into hosts (with all below them) and hosts with the beginning of a path."""
    paths: dict[str, tuple[str, ...]] = {}
    for entry in sorted(entries):
        host, slash, path = entry.partition("/")
        if slash:
            host = _without_www(host)
            paths[host] = (*paths.get(host, ()), "/" + path)
    return frozenset(entry for entry in entries if "/" not in entry), paths


def _listed(host: str, path: str, listed: Listed) -> str | None:
    hosts, paths = listed
    for begin in paths.get(host, ()):
        if path.startswith(begin):
            return host + begin
    while "." in host:
        if host in hosts:
            return host
        host = host.partition(".")[2]
    return None


def _belongs(page_host: str, listed: str) -> bool:
    """Whether a page is one of a listed service itself: there its images are content."""
    host = listed.partition("/")[0]
    owner = ".".join(host.split(".")[-2:])
    return page_host == owner or page_host.endswith("." + owner)


def _parts(url: str) -> tuple[str, str, str]:
    """Return host, path and query; of what is no URL, nothing."""
    try:
        parts = urlsplit(url)
        return _without_www(parts.hostname or ""), parts.path, parts.query
    except ValueError:
        return "", "", ""


def _without_www(host: str) -> str:
    return host.removeprefix("www.")


_TRACKERS, _AD = _as_listed(TRACKER_HOSTS), _as_listed(AD_HOSTS)
_HOST_MARKS = (
    ("tracker-host", _TRACKERS),
    ("ad-host", _AD),
    ("avatar-host", _as_listed(AVATAR_HOSTS)),
    ("icon-host", _as_listed(ICON_HOSTS)),
)
