"""How a service writes the size of a rendition into a URL, and how to read and rewrite it.

The services themselves are data: see ``services.py``. A row serves two ends. Taking the size
away gives the picture's identity; writing another size, or none, gives a rendition that no
page may have offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from imagecrawler.identity.urls import absolute_url

# What is left when the size is taken away is the original.
AS_STRIPPED = "?"
# The address that the URL carries inside is the original.
AS_INNER = "<inner>"

# A signature vouches for one URL, size included: another size needs another signature.
# imgix s=, Fastly and others sig=, ImageKit ik-s=, S3, GCS, CloudFront, Akamai, Facebook oh=;
# Cloudinary /s--…--/, Substack $s_!…!, Thumbor and imgproxy by their shape.
_SIGNED_PARAMETER = re.compile(
    r"s=[0-9a-z_-]{16,}|(?:sig|sign|signature|hmac|hash|token|auth|ik-s|policy|key-pair-id|rs|oh|oe"
    r"|hdnts|hdnea|__token__|_nc_ohc|x-(?:amz|goog)-.*|expires?|awsaccesskeyid)=.*",
    re.IGNORECASE,
)
_SIGNED_PATH = re.compile(r"/s--[\w-]+--/|\$s_![^/]*!|/image/(?:private|authenticated)/")


@dataclass(frozen=True, slots=True)
class Service:
    """One service, or one habit of writing a size into a URL.

    It knows a URL by its whole host name (``hosts``), a part of its path (``within``) and a
    parameter (``having``, as a whole); None is any. The size is what ``cut`` finds in the path,
    of which ``keep`` stays, and every parameter that ``drop`` matches as a whole. A ``guarded``
    row only counts when something else still says which picture it is: the path names an image
    file, or other parameters remain. A URL in which ``inner`` finds an encoded address is that
    address.

    ``ask`` writes a width, ``original`` the largest there is; None: it cannot be asked for. Both
    are either parameters to add (``?w={width}``) or what takes the place of ``cut``; parameters
    that ``stays`` matches are not dropped then. ``sizes`` are the widths that are allowed and how
    they are written (``{size}``; empty: any width up to ``widest``). ``named`` finds the width in
    the path and query of a URL: the group ``width``, or ``size`` to be looked up.

    ``by_edge``: a size bounds the longer edge, so that a tall picture is narrower.
    ``made_to_size``: narrower than asked for means that the original is. ``refuses_wider``: wider
    than the original is an error, so that the original is the next to ask for.
    """

    name: str
    source: str
    example: str
    hosts: re.Pattern[str] | None = None
    within: re.Pattern[str] | None = None
    having: re.Pattern[str] | None = None
    cut: re.Pattern[str] | None = None
    keep: str = ""
    drop: re.Pattern[str] | None = None
    guarded: bool = False
    inner: re.Pattern[str] | None = None
    ask: str | None = None
    original: str | None = None
    stays: re.Pattern[str] | None = None
    sizes: Mapping[int, str] = field(default_factory=dict)
    widest: int = 65_535
    named: re.Pattern[str] | None = None
    by_edge: bool = False
    made_to_size: bool = True
    refuses_wider: bool = False


class Address(NamedTuple):
    """A URL in the parts that a row looks at; ``path`` is ``""`` where there is none."""

    origin: str
    path: str
    parameters: list[str]

    def __str__(self) -> str:
        query = "?" + "&".join(self.parameters) if self.parameters else ""
        return self.origin + self.path + query


def address_of(url: str) -> Address:
    """Take a URL apart, without its fragment."""
    address, _, query = url.partition("#")[0].partition("?")
    start = address.find("/", 8)
    origin, path = (address[:start], address[start:]) if start >= 0 else (address, "")
    return Address(origin, path, [p for p in query.split("&") if p])


def applies(service: Service, address: Address) -> bool:
    """Whether a row whose host fits speaks of such a URL."""
    if service.within is not None and service.within.search(address.path) is None:
        return False
    having = service.having
    return having is None or any(having.fullmatch(p) for p in address.parameters)


def without_size(service: Service, address: Address) -> Address:
    """Return the address without what only chooses a rendition; the guard is not asked."""
    path = service.cut.sub(service.keep, address.path) if service.cut else address.path
    return Address(address.origin, path, _kept(service, address.parameters))


def inner_url(service: Service, url: str) -> str | None:
    """Return the address that ``url`` carries inside, or None."""
    found = service.inner.search(url) if service.inner is not None else None
    return absolute_url(unquote(found[1]), url) if found else None


def resized_url(service: Service, address: Address, template: str, width: int) -> str:
    """Return the URL of the rendition that ``template`` asks for in ``width`` pixels."""
    size = service.sizes.get(width, "")
    written = template.replace("{width}", str(width)).replace("{size}", size)
    return _rewritten(service, address, written, _kept(service, address.parameters, service.stays))


def original_url(service: Service, address: Address) -> str | None:
    """Return the URL of the largest rendition there is, or None: it cannot be asked for."""
    if (inner := inner_url(service, str(address))) is not None:
        return inner
    if service.original is None or service.original == AS_INNER:
        return None
    return _rewritten(service, address, service.original, _kept(service, address.parameters))


def _rewritten(service: Service, address: Address, written: str, parameters: list[str]) -> str:
    path = address.path
    if written.startswith("?"):
        path = service.cut.sub(service.keep, path) if service.cut else path
        parameters += [written[1:]] if len(written) > 1 else []
    elif service.cut is not None:
        path = service.cut.sub(written, path, count=1)
    return str(Address(address.origin, path, parameters))


def allowed_width(service: Service, wanted: int) -> int | None:
    """Return the smallest width that may be asked for and is wide enough, or None."""
    if service.sizes:
        return min((width for width in service.sizes if width >= wanted), default=None)
    return wanted if wanted <= service.widest else None


def widest_allowed(service: Service) -> int:
    """Return the largest width that may be asked for."""
    return max(service.sizes, default=service.widest)


def named_width(service: Service, address: Address) -> int | None:
    """Return the width that a URL names, or None."""
    if service.named is None:
        return None
    text = f"{address.path}?{'&'.join(address.parameters)}"
    for found in service.named.finditer(text):
        for width in _read(service, found.groupdict()):
            return width
    return None


def is_signed(address: Address) -> bool:
    """Whether a URL holds only as it is: with another size its signature would be wrong."""
    if _SIGNED_PATH.search(address.path):
        return True
    return any(_SIGNED_PARAMETER.fullmatch(parameter) for parameter in address.parameters)


def _read(service: Service, groups: Mapping[str, str | None]) -> Iterator[int]:
    if (digits := groups.get("width")) and 0 < int(digits) <= 65_535:
        yield int(digits)
    size = groups.get("size")
    if size is not None:
        yield from (width for width, written in service.sizes.items() if written == size)


def _kept(
    service: Service, parameters: list[str], stays: re.Pattern[str] | None = None
) -> list[str]:
    drop = service.drop
    if drop is None:
        return list(parameters)
    return [
        p for p in parameters if not drop.fullmatch(p) or (stays is not None and stays.fullmatch(p))
    ]
