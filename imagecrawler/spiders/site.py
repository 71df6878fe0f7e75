"""Spider ``site``: from a start URL over all pages in scope, every image recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.http import Response, TextResponse

from imagecrawler.coordinator.contract import Frontier, Lease, Visited
from imagecrawler.coordinator.scheduler import StoreScheduler
from imagecrawler.discovery.charset import page_text
from imagecrawler.discovery.feeds import listed_images
from imagecrawler.discovery.finds import certainty
from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.sitemaps import Sitemap, parse_sitemap
from imagecrawler.discovery.style_sheets import parse_style_sheet
from imagecrawler.discovery.traps import BarrenPatterns, QueryBudget
from imagecrawler.identity.pictures import image_id
from imagecrawler.identity.urls import absolute_url, authority
from imagecrawler.items import FoundImage, ImageCandidate, PageItem
from imagecrawler.spiders.link_rules import LinkRules
from imagecrawler.spiders.sheet_rules import SheetRules, sheet_place
from imagecrawler.spiders.store_spider import StoreSpider

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

_SITEMAP = "sitemap"
_SITEMAP_CHAIN = 4  # An index of indexes is rare; an endless chain of them is a trap.


class SiteSpider(StoreSpider):
    """Visits every page in scope, first in, first out, and yields page and image items.

    Arguments: ``start``, ``scope``, ``allow``, ``deny``, those that name the images to keep
    (``image_allow``, ``image_deny``, ``image_kinds``, ``image_min_width`` …), ``max_pages``,
    ``max_images``, ``max_depth``, ``max_seconds``, ``max_bytes``, ``render``, ``revisit``.
    """

    name = "site"
    visits_pages = True

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Listen for the sitemaps that robots.txt files name."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.queue_sitemaps, signal=signals.robots_parsed)
        spider._rules = None
        spider._sheet_rules = None
        return spider

    _rules: LinkRules | None
    _sheet_rules: SheetRules | None

    def parse_page(self, response: Response) -> Iterator[PageItem]:
        """Yield what a page shows and where it leads; what is no page has nothing to show."""
        lease: Lease = response.meta["lease"]
        if response.status == 304:
            lease.outcome = Visited(304, None, list(lease.entry.get("images") or []))
            return
        item = PageItem(
            key=lease.key,
            url=absolute_url(response.url, response.url) or lease.url,
            status=response.status,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            rendered=response.meta.get("rendered"),
            source=lease.entry.get("source"),
        )
        if item.rendered is not None or "dataloss" in response.flags:
            # An unchanged document may get other pictures from its scripts, and what was broken
            # off may come to its end: ask for it whole.
            item.etag = item.last_modified = None
        if _sitemap_place(lease.entry):
            self._read_sitemap(parse_sitemap(response.body), item, lease)
        elif sheet_place(lease.entry):
            self._read_style_sheet(response, item, lease)
        elif _may_be_feed(response) and (feed := parse_sitemap(response.body)).kind:
            self._read_sitemap(feed, item, lease)
        elif isinstance(response, TextResponse) and _is_html(response):
            self._read_html(response, item, lease)
        elif _content_type(response).startswith("image/"):
            item.images = [_lone_image(item.url, "page")]
        yield item

    def admits_redirect(self, url: str) -> bool:
        """Whether a page may lead to ``url``: what ``deny`` keeps out stays out."""
        longest = self.crawler.settings.getint("URLLENGTH_LIMIT")
        return self.arguments.links.admits(url) and len(url) <= longest

    def queue_sitemaps(self, robotparser: RobotParser, request: Request) -> None:
        """Queue the sitemaps of a host whose pages are in scope (``robots_parsed``)."""
        lease = request.meta.get("lease")
        scheduler = self.crawler.engine.scheduler
        if not isinstance(lease, Lease) or lease.kind != "page":
            return
        assert isinstance(scheduler, StoreScheduler) and scheduler.coordinator is not None
        named = getattr(getattr(robotparser, "rp", None), "sitemaps", ())
        if str(lease.entry.get("scope", "")).startswith("page"):
            return
        deepest = self._link_rules().max_depth
        if deepest is not None and lease.entry.get("depth", 0) >= deepest:
            return
        for text in list(named)[:100]:
            url = absolute_url(text, request.url)
            if url is not None and authority(url) == authority(request.url):
                scheduler.coordinator.add_link(url, parent=lease.entry, **{"as": _SITEMAP})

    def _read_html(self, response: TextResponse, item: PageItem, lease: Lease) -> None:
        robots_tag = _header(response, "X-Robots-Tag")
        # Where pages may be rendered it is read already, by the middleware that has them so.
        page: ParsedPage | None = response.meta.get("page")
        if page is None:
            page = parse_page(
                _text(response),
                url=item.url,
                robots_tag=robots_tag,
                policies=_policies(response),
            )
        item.title, item.language = page.title, page.language
        item.canonical = page.canonical
        links = page.links
        variant_of = None
        if page.canonical is not None and page.canonical != item.url:
            variant_of = page.canonical if "?" in item.url else None
            links = [page.canonical, *links] if not page.nofollow else links
        self._sort_links(item, lease, links, variant_of=variant_of)
        item.skipped_links.update(
            {reason: number for reason, number in page.skipped.items() if reason != "image-file"}
        )
        item.images = self._with_links_in_scope(page.images, item, lease)
        self._queue_style_sheets(page.style_sheets, item, lease)
        self._note_yield(item)

    def _with_links_in_scope(
        self, images: list[FoundImage], item: PageItem, lease: Lease
    ) -> list[FoundImage]:
        scope = self._link_rules().scope_of(lease.entry, item.url)
        for image in images:
            if image.link is not None and not scope.admits(image.link):
                image.link = None
        return images

    def _read_style_sheet(self, response: Response, item: PageItem, lease: Lease) -> None:
        if not isinstance(response, TextResponse) or "html" in _content_type(response):
            return  # An error page that says 200: a browser would not apply it either.
        sheet = parse_style_sheet(_text(response), url=item.url)
        item.images = sheet.images
        self._queue_style_sheets(sheet.imports, item, lease, place=sheet_place(lease.entry) + 1)

    def _queue_style_sheets(
        self, urls: list[str], item: PageItem, lease: Lease, *, place: int = 1
    ) -> None:
        for url, name in self._sheets().wanted(urls, page=item.url, place=place):
            self._coordinator().add_link(url, parent=lease.entry, **{"as": name})

    def _read_sitemap(self, sitemap: Sitemap, item: PageItem, lease: Lease) -> None:
        urls = [url for text in sitemap.locs if (url := absolute_url(text, item.url))]
        if sitemap.kind == "index":
            self._sort_links(item, lease, urls)
            parts, item.links = item.links, []
            place = _sitemap_place(lease.entry) + 1
            for url in parts if place <= _SITEMAP_CHAIN else ():
                fields = {"as": f"{_SITEMAP}-{place}"}
                self._coordinator().add_link(url, parent=lease.entry, **fields)
            return
        self._sort_links(item, lease, urls)
        item.images = self._with_links_in_scope(listed_images(sitemap, url=item.url), item, lease)

    def _note_yield(self, item: PageItem) -> None:
        """Tell the trap rules whether a page showed a picture or a kind of page not yet known."""
        rules = self._link_rules()
        knows_image = self._coordinator().knows_image
        own = rules.barren.pattern(item.url)
        fruitful = any(not knows_image(image.id) for image in item.images) or any(
            not rules.knows(url) and rules.barren.pattern(url) != own for url in item.links
        )
        rules.barren.visited(item.url, fruitful=fruitful)

    def _sort_links(
        self, item: PageItem, lease: Lease, links: list[str], *, variant_of: str | None = None
    ) -> None:
        rules = self._link_rules()
        depth = lease.entry.get("depth", 0) + 1
        scope = rules.scope_of(lease.entry, item.url)
        item.links, skipped = rules.sort(
            links, scope=scope, depth=depth, page=item.url, variant_of=variant_of
        )
        item.skipped_links = dict(skipped)

    def _coordinator(self) -> Frontier:
        scheduler = self.crawler.engine.scheduler
        assert isinstance(scheduler, StoreScheduler) and scheduler.coordinator is not None
        return scheduler.coordinator

    def _sheets(self) -> SheetRules:
        if self._sheet_rules is None:
            settings = self.crawler.settings
            self._sheet_rules = SheetRules(
                limit=settings.getint("STYLE_SHEETS_PER_HOST_LIMIT"),
                max_url_chars=settings.getint("URLLENGTH_LIMIT"),
                deny=self.arguments.links.deny,
                knows=self._coordinator().knows_page,
            )
        return self._sheet_rules

    def _link_rules(self) -> LinkRules:
        if self._rules is None:
            settings = self.crawler.settings
            depth = self.arguments.max_depth
            self._rules = LinkRules(
                urls=self.arguments.links,
                max_depth=(settings.getint("DEPTH_LIMIT") or None) if depth is None else depth,
                max_url_chars=settings.getint("URLLENGTH_LIMIT"),
                queries=QueryBudget(limit=settings.getint("QUERIES_PER_PATH_LIMIT")),
                barren=BarrenPatterns(settings.getint("BARREN_PAGES_LIMIT")),
                knows=self._coordinator().knows_page,
            )
        return self._rules


def _sitemap_place(entry: dict[str, Any]) -> int:
    """Return a sitemap's place in a chain of indexes, 1 for the first; 0 for what is a page.

    It is not its depth: a host may be met many links from the start.
    """
    name, _, place = str(entry.get("as", "")).partition("-")
    if name != _SITEMAP:
        return 0
    return int(place) if place.isascii() and place.isdigit() else 1


def _lone_image(url: str, kind: str) -> FoundImage:
    return FoundImage(
        image_id(url), url, [ImageCandidate(url)], found_by=[kind], certainty=certainty([kind])
    )


def _may_be_feed(response: Response) -> bool:
    kind = _content_type(response)
    return kind.endswith("xml") and "html" not in kind


def _is_html(response: TextResponse) -> bool:
    kind = _content_type(response)
    return not kind or "html" in kind or kind in ("text/plain", "application/xml", "text/xml")


def _content_type(response: Response) -> str:
    return (_header(response, "Content-Type") or "").partition(";")[0].strip().lower()


def _text(response: Response) -> str:
    return page_text(response.body, _header(response, "Content-Type"))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:1000] if value else None


def _policies(response: Response) -> list[str]:
    values = response.headers.getlist("Content-Security-Policy")
    return [value.decode("latin-1") for value in values]
