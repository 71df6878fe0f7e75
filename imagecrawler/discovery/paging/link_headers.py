"""The `Link` header of HTTP. https://www.rfc-editor.org/rfc/rfc8288#section-3"""

from __future__ import annotations

import re
from collections.abc import Iterable

from imagecrawler.identity.urls import absolute_url

_MAX_CHARS = 20_000
_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[^\s=;,<>\"]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s\";,<>]*))?)*)"
)
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\";,]*))", re.IGNORECASE)


def header_links(values: Iterable[str], *, base_url: str, relation: str) -> list[str]:
    """Return the absolute URLs that `Link` headers give for a relation, in their order.

    Raises nothing: what cannot be read gives no link.
    """
    found = []
    for value in values:
        for target, parameters in _LINK.findall(value[:_MAX_CHARS]):
            stated = _RELATION.search(parameters)
            relations = (stated[1] or stated[2] or "").lower().split() if stated else []
            url = absolute_url(target.strip(), base_url) if relation in relations else None
            if url is not None:
                found.append(url)
    return list(dict.fromkeys(found))
