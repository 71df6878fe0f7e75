"""The HTTP/1.1 heads that pass the browser's proxy, read and rewritten. Pure functions.

https://www.rfc-editor.org/rfc/rfc9112 for the syntax, section 7.6.1 of RFC 9110 for what
belongs to one connection and is not passed on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagecrawler.security.addresses import Origin

_MAX_HEAD_BYTES = 256 * 1024  # cookies of a site at their limits, with room to spare
_LINE_END = re.compile(rb"\r?\n")  # section 2.2: a lone line feed may be taken for one
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.[01]")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ABSOLUTE = re.compile(rb"http://([^/?#]+)([/?][!-~]*)?", re.IGNORECASE)
_AUTHORITY = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[^:@/?#\[\]]+):([0-9]{1,5})")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?")
_OF_THE_CONNECTION = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"upgrade",
}

_Headers = list[tuple[bytes, bytes]]


class BadMessageError(ValueError):
    """A head that is none, or that asks for what this proxy does not do."""


@dataclass(frozen=True, slots=True)
class RequestHead:
    """One request to the proxy: where it goes, and what is said there.

    A tunnel has an ``https`` origin whatever it carries, and nothing to say.
    """

    origin: Origin
    is_tunnel: bool
    to_server: bytes = b""
    body_bytes: int = 0


def split_head(data: bytes) -> tuple[bytes | None, bytes]:
    """Return a head without its empty line, and the rest; ``(None, data)``: not all is there.

    Raises:
        BadMessageError: it is too long.
    """
    end = _END_OF_HEAD.search(data)
    if (end.start() if end else len(data)) > _MAX_HEAD_BYTES:
        raise BadMessageError(f"a head of more than {_MAX_HEAD_BYTES} bytes")
    return (data[: end.start()], data[end.end() :]) if end else (None, data)


def parse_request(head: bytes) -> RequestHead:
    """Return what a browser asks a proxy for: ``CONNECT host:port``, or ``GET http://…``.

    Raises:
        BadMessageError: anything else.
    """
    line, headers = _parse(head)
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise BadMessageError(f"{line[:100]!r} is no request line")
    method, target = match.groups()
    if method == b"CONNECT":
        return RequestHead(_tunnel_origin(target), is_tunnel=True)
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is None:
        raise BadMessageError(f"{target[:100]!r} is no http URL")
    path = absolute[2] or b"/"
    path = path if path.startswith(b"/") else b"/" + path
    first = b"%s %s HTTP/1.1" % (method, path)
    return RequestHead(
        _origin(target),
        is_tunnel=False,
        to_server=_head(first, [*_passed_on(headers), (b"Connection", b"close")]),
        body_bytes=_body_bytes(headers),
    )


def to_upstream(request: RequestHead, authorization: bytes | None) -> bytes:
    """Return what another proxy is told, so that it does what this one was asked for."""
    origin = str(request.origin).encode("ascii")
    said = [(b"Proxy-Authorization", authorization)] if authorization else []
    if request.is_tunnel:
        place = origin.removeprefix(b"https://")
        return _head(b"CONNECT %s HTTP/1.1" % place, [(b"Host", place), *said])
    method, _, rest = request.to_server.partition(b" ")
    line, _, headers = rest.partition(b"\r\n")
    return _head(b"%s %s%s" % (method, origin, line), said)[:-2] + headers


def rewrite_response(head: bytes) -> tuple[bytes, bool]:
    """Return the head as the browser gets it, and whether the body follows (not after a 1xx).

    The browser is told that the connection ends with this answer.

    Raises:
        BadMessageError: it is no head of an HTTP response.
    """
    line, headers = _parse(head)
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise BadMessageError(f"{line[:100]!r} is no status line")
    if match[1].startswith(b"1"):
        return _head(line, _passed_on(headers)), False
    return _head(line, [*_passed_on(headers), (b"Connection", b"close")]), True


def _parse(head: bytes) -> tuple[bytes, _Headers]:
    line, *fields = _LINE_END.split(head)
    parts = [field.partition(b":") for field in fields]
    # What is no header is left out, as browsers do it: nothing can hide in it then.
    named = [
        (name, value.strip()) for name, colon, value in parts if colon and _TOKEN.fullmatch(name)
    ]
    return line, named


def _head(line: bytes, headers: _Headers) -> bytes:
    return b"\r\n".join([line, *(b"%s: %s" % header for header in headers)]) + b"\r\n\r\n"


def _passed_on(headers: _Headers) -> _Headers:
    named = {
        name.strip().lower()
        for header, value in headers
        if header.lower() == b"connection"
        for name in value.split(b",")
    }
    dropped = _OF_THE_CONNECTION | named
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _tunnel_origin(target: bytes) -> Origin:
    if _AUTHORITY.fullmatch(target) is None:
        raise BadMessageError(f"{target[:100]!r} is no host and port")
    return _origin(b"https://" + target)


def _origin(url: bytes) -> Origin:
    try:
        return Origin.of(url.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        raise BadMessageError(f"{url[:100]!r} is no URL") from None


def _body_bytes(headers: _Headers) -> int:
    if any(name.lower() == b"transfer-encoding" for name, _ in headers):
        raise BadMessageError("a request body of unknown length")
    lengths = {value for name, value in headers if name.lower() == b"content-length"}
    if not lengths:
        return 0
    length = lengths.pop()
    if lengths or not length.isdigit():
        raise BadMessageError("a request body of unclear length")
    return int(length)
