"""Where a list in HTML goes on: the link to its next page, however it is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from imagecrawler.discovery.candidates import Attributes
from imagecrawler.discovery.metadata import collapsed
from imagecrawler.discovery.paging.numbers import PAGE_NUMBER
from imagecrawler.identity.pictures import is_image_file
from imagecrawler.identity.urls import absolute_url, authority

_MAX_LINKS = 5_000
_MAX_TEXT_CHARS = 60

# What the link says where it is not marked: surest first. "Previous" is the newer page in a pager
# and the older one in a blog, which then says what is previous.
_OLDER = re.compile(
    r"(?:view |show |see )?(?:older|earlier)"
    r"(?: (?:posts?|entries|items?|articles?|images?|stories))?"
    r"|previous (?:posts|entries|articles|stories)"
    r"|(?:zu )?(?:ältere[nr]?)(?: (?:beiträgen?|einträge|artikel|posts))?"
    r"|(?:articles?|billets?|messages?|publications?) (?:plus anciens?|précédents)|plus anciens"
    r"|(?:entradas|artículos|publicaciones) (?:más )?(?:antiguas|anteriores|antiguos)"
    r"|(?:postagens|artigos|posts) (?:mais )?(?:antigas|antigos|anteriores)"
    r"|(?:articoli|post) (?:più vecchi|precedenti)|oudere (?:berichten|artikelen)"
    r"|starsze (?:posty|wpisy)|предыдущие (?:записи|посты)|古い投稿|以前の記事|较旧的文章"
)
_NEXT = re.compile(
    r"next|(?:go to )?(?:the )?next page|page suivante|suivante?s?|(?:load|show|view|see) more"
    r"(?: (?:posts|images|photos|results|items))?|more (?:posts|images|photos)"
    r"|weiter|nächste(?: seite)?|mehr (?:laden|anzeigen)|voir plus|charger plus"
    r"|siguientes?|página siguiente|ver más|cargar más|próximas?|próximos?|próxima página|seguinte"
    r"|ver mais|carregar mais|successiv[ao]|pagina successiva|avanti|carica altro"
    r"|volgende(?: pagina)?|meer laden|nästa(?: sida)?|næste(?: side)?|neste(?: side)?|seuraava"
    r"|następna(?: strona)?|następne|další|ďalšia|következő|sonraki(?: sayfa)?|следующая"
    r"|следующая страница|вперёд|вперед|далее|показать ещё|наступна|επόμενη|التالي|הבא"
    r"|次へ|次の?ページ|次|もっと見る|下一页|下一頁|下页|下一張|다음|다음 페이지|더 보기"
    r"|tiếp|berikutnya"
)
_SYMBOLS = re.compile(r"[»›→>⟩≫▶⏵❯]{1,2}|&gt;")
_AROUND_TEXT = " \t\n\r»›→>⟩≫▶⏵❯«‹←<|-–—.…:"
# What scripts and styles call it. Words are divided by anything but letters, and by a capital.
_NAMES_OLDER = re.compile(r"older|nextposts?link|morelink")
_NAMES_NEXT = re.compile(r"next|loadmore|showmore|suivant|siguiente|weiter")
_PAGER = re.compile(r"pag(?:er|ing|ination|enav|elinks|es)|postsnav|navlinks|loadmore|navigation")
_NO_PAGER = re.compile(r"carousel|slider|slick|swiper|slideshow|calendar|lightbox|disabled")
_PREVIOUS = re.compile(r"prev")
# WordPress calls the way to older posts `nav-previous`.
_WORDPRESS = re.compile(r"navprevious|previousposts")
_RELATED, _SURE, _LIKELY, _SYMBOL = 4, 3, 2, 1


def older_page(tree: LexborHTMLParser, *, url: str, base_url: str) -> str | None:
    """Return the absolute URL of the page of older items that a list at ``url`` links to.

    By `rel=next`, which may lead anywhere; then by the name, label or text of a link to the same
    host, in some twenty languages; then by the number after its own. None: there is none.
    """
    best, found = 0, None
    for node in tree.css("link[rel~=next][href], a[rel~=next][href], area[rel~=next][href]"):
        if (target := _target(node, url, base_url)) is not None:
            return target
    nodes = tree.css("a[href]")[:_MAX_LINKS]
    here = authority(url)
    for node in nodes:
        sureness = _sureness(node)
        target = _target(node, url, base_url) if sureness > best else None
        if target is not None and authority(target) == here:
            best, found = sureness, target
    return found or _numbered(nodes, url=url, base_url=base_url)


def _target(node: LexborNode, url: str, base_url: str) -> str | None:
    href = (node.attributes.get("href") or "").strip()
    target = absolute_url(href, base_url) if href and href[0] != "#" else None
    return None if target is None or target == url or is_image_file(target) else target


def _sureness(node: LexborNode) -> int:
    attributes = node.attributes
    own = _names(attributes)
    around = [_names(outer.attributes) for outer in _outwards(node)]
    near = f"{own} {around[0] if around else ''}"
    if any(_NO_PAGER.search(names) for names in (own, *around)):
        return 0
    if (attributes.get("aria-disabled") or "").lower() == "true":
        return 0
    texts = [text for text in _texts(node, attributes) if text]
    if _NAMES_OLDER.search(near) or _WORDPRESS.search(near) or _any(_OLDER, texts):
        return _RELATED
    if _PREVIOUS.search(near):
        return 0
    in_pager = any(_PAGER.search(names) for names in (own, *around))
    if _any(_NEXT, texts):
        return _SURE
    if _NAMES_NEXT.search(near):
        return _SURE if in_pager else _LIKELY
    symbol = _SYMBOLS.fullmatch((collapsed(node.text(), _MAX_TEXT_CHARS) or "").strip())
    return _SYMBOL if symbol and in_pager else 0


def _texts(node: LexborNode, attributes: Attributes) -> Iterator[str]:
    for text in (node.text(), attributes.get("aria-label"), attributes.get("title")):
        # A text that is longer says more than where the next page is.
        if text and (short := collapsed(text, _MAX_TEXT_CHARS)) is not None:
            yield short.strip(_AROUND_TEXT).casefold()


def _any(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    return any(pattern.fullmatch(text) for text in texts)


def _outwards(node: LexborNode) -> Iterator[LexborNode]:
    outer = node.parent
    for _ in range(3):
        if outer is None or outer.tag in ("body", "main", "html"):
            return
        yield outer
        outer = outer.parent


def _names(attributes: Attributes) -> str:
    """Return what an element is called, in small letters, words run together."""
    called = (attributes.get(name) or "" for name in ("class", "id", "role", "data-testid"))
    words = (
        re.sub(r"[^a-z0-9]", "", word.lower()) for text in called for word in text[:300].split()
    )
    return " ".join(words)


def _numbered(nodes: Sequence[LexborNode], *, url: str, base_url: str) -> str | None:
    """Return the link whose text is the number after that of this page, and its URL's too."""
    stated = PAGE_NUMBER.search(url)
    wanted = str(int(stated[1]) + 1) if stated else "2"
    for node in nodes:
        if (collapsed(node.text(), _MAX_TEXT_CHARS) or "") != wanted:
            continue
        target = _target(node, url, base_url)
        number = PAGE_NUMBER.search(target) if target else None
        if target and number and number[1] == wanted and authority(target) == authority(url):
            return target
    return None
