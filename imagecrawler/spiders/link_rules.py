"""Which of a page's links are queued: scope, expressions, traps. No Scrapy here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imagecrawler.discovery.paging.numbers import counted_list
from imagecrawler.discovery.scope import Scope
from imagecrawler.discovery.traps import BarrenPatterns, QueryBudget, trap_reason
from imagecrawler.identity.urls import canonical_url
from imagecrawler.policies.filters import UrlFilter


@dataclass(slots=True)
class LinkRules:
    """The rules of one run. ``max_depth`` None is no limit."""

    urls: UrlFilter
    max_depth: int | None
    max_url_chars: int
    queries: QueryBudget
    barren: BarrenPatterns
    knows: Callable[[str], bool]
    scopes: dict[str, Scope] = field(default_factory=dict)

    def sort(
        self, links: Iterable[str], *, scope: Scope, depth: int, page: str, variant_of: str | None
    ) -> tuple[list[str], Counter[str]]:
        """Return the links to queue, in order, and the others counted by reason.

        ``depth`` is that of the links. ``variant_of`` is the URL that the page calls the canonical
        one, where that is another: links that differ from the page's own in the query alone are
        more of the same. Not so the further pages of a list: sites often call its first page the
        canonical one of all.
        """
        kept: list[str] = []
        skipped: Counter[str] = Counter()
        path = page.partition("?")[0]
        lists = {canonical_url(variant_of), counted_list(page)} if variant_of else None
        for url in links:
            if not scope.admits(url):
                skipped["out-of-scope"] += 1
            elif self.knows(url):
                kept.append(url)
            elif not self.urls.admits(url):
                skipped["filtered"] += 1
            elif (
                lists
                and "?" in url
                and url.partition("?")[0] == path
                and (counted_list(url) or url) not in lists
            ):
                skipped["variant"] += 1
            elif reason := trap_reason(
                url,
                depth=depth,
                max_depth=self.max_depth,
                max_url_length=self.max_url_chars,
            ):
                skipped[reason] += 1
            elif not self.queries.admits(url):
                skipped["too-many-queries"] += 1
            elif self.barren.is_given_up(url):
                skipped["barren-pattern"] += 1
            else:
                kept.append(url)
        return kept, skipped

    def scope_of(self, entry: dict[str, object], url: str) -> Scope:
        """Return the scope that a queue entry was found under; its host where it has none."""
        text = entry.get("scope")
        if not isinstance(text, str):
            return Scope.of("host", url)
        scope = self.scopes.get(text)
        if scope is None:
            try:
                scope = Scope.parse(text)
            except ValueError:
                return Scope.of("host", url)
            self.scopes[text] = scope
        return scope
