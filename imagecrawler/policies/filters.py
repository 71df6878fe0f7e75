"""Which links and images the user's expressions admit: pure decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UrlFilter:
    """Two regular expressions, searched in a URL; None admits everything, refuses nothing."""

    allow: re.Pattern[str] | None = None
    deny: re.Pattern[str] | None = None

    @classmethod
    def of(cls, allow: str | None, deny: str | None) -> UrlFilter:
        """Compile the two expressions. Raises re.error."""
        return cls(re.compile(allow) if allow else None, re.compile(deny) if deny else None)

    def admits(self, url: str) -> bool:
        """Whether one URL passes."""
        if self.allow is not None and not self.allow.search(url):
            return False
        return self.deny is None or not self.deny.search(url)

    def admits_any(self, urls: Iterable[str]) -> bool:
        """Whether at least one of several URLs of the same thing passes."""
        if self.allow is None and self.deny is None:
            return True
        return any(self.admits(url) for url in urls)
