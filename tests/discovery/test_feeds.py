"""The images of sitemaps and feeds, as pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.feeds import listed_images
from imagecrawler.discovery.paging.feed_entries import FeedEntry, parse_feed
from imagecrawler.discovery.paging.feed_items import feed_item
from imagecrawler.discovery.sitemaps import parse_sitemap
from imagecrawler.identity.renditions import choose_candidate
from imagecrawler.items import FoundImage

URL = "https://e.com/feed/all.xml"


def images(text: str) -> dict[str, FoundImage]:
    found = listed_images(parse_sitemap(text.encode()), url=URL)
    return {image.url.removeprefix("https://e.com/"): image for image in found}


def test_an_image_sitemap_has_captions_and_licences() -> None:
    found = images(
        """<urlset xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>
        <loc>https://e.com/p</loc>
        <image:image><image:loc>/a.jpg</image:loc><image:title>T</image:title>
          <image:caption> A  boat </image:caption>
          <image:license>https://creativecommons.org/licenses/by/4.0/</image:license>
        </image:image>
        <image:image><image:loc>/b.jpg</image:loc><image:title>B</image:title></image:image>
        </url><url><image:image><image:loc>/c.jpg</image:loc></image:image></url></urlset>"""
    )
    a, b, c = (found[name] for name in ("a.jpg", "b.jpg", "c.jpg"))
    assert (a.description, a.link, a.found_by) == ("A boat", "https://e.com/p", ["sitemap"])
    assert a.stated.licence_url == "https://creativecommons.org/licenses/by/4.0/"
    assert (b.description, b.stated.licence) == ("B", None)
    assert (c.description, c.link) == (None, None)


def test_a_feed_has_enclosures_media_and_html() -> None:
    found = images(
        """<rss xmlns:media="http://search.yahoo.com/mrss/"
          xmlns:c="http://purl.org/rss/1.0/modules/content/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
        <image><url>/logo.png</url><title>The feed</title></image>
        <item><link>/posts/1</link>
          <enclosure type="image/jpeg" url="/a.jpg"/><enclosure type="audio/mpeg" url="/a.mp3"/>
          <media:group><media:content url="/b" medium="image" width="900"/></media:group>
          <media:content url="/film.mp4" type="video/mp4"><media:thumbnail url="/c.jpg"/>
          </media:content><itunes:image href="/i.jpg"/>
          <c:encoded>&lt;p>&lt;img src="d.jpg" alt="D">&lt;/p></c:encoded>
        </item><item><description>no image</description></item></channel></rss>"""
    )
    wanted = {"logo.png", "a.jpg", "b", "c.jpg", "i.jpg", "posts/d.jpg"}
    assert found.keys() == wanted
    assert found["b"].candidates[0].width_px == 900
    assert found["a.jpg"].link == "https://e.com/posts/1"
    inner = found["posts/d.jpg"]
    assert (inner.description, inner.found_by) == ("D", ["feed", "img"])


MEDIA = """<rss xmlns:media="http://search.yahoo.com/mrss/"><channel>
  <item><link>/before</link><enclosure type="image/jpeg" url="/before.jpg"/></item>
  <item><link>/1</link>{media}</item></channel></rss>"""
ENTRIES_OF = {
    "one content in several renditions": (
        """<media:group><media:content url="/s.jpg" medium="image" width="320"/>
        <media:content url="/l.jpg" medium="image" width="640"/>
        <media:thumbnail url="/t.jpg" width="100"/></media:group>""",
        {"l.jpg": ["l.jpg", "s.jpg", "t.jpg"]},
    ),
    "the default first where no size is stated": (
        """<media:group><media:content url="/a.jpg" type="image/jpeg"/>
        <media:content url="/b.jpg" type="image/jpeg" isDefault="true"/></media:group>
        <media:thumbnail url="/t.jpg"/>""",
        {"b.jpg": ["b.jpg", "a.jpg", "t.jpg"]},
    ),
    "two groups": (
        """<media:group><media:content url="/a.jpg" medium="image"/></media:group>
        <media:group><media:content url="/b.jpg" medium="image"><media:thumbnail url="/t.jpg"/>
        </media:content></media:group><media:thumbnail url="/of-neither.jpg"/>""",
        {"a.jpg": ["a.jpg"], "b.jpg": ["b.jpg", "t.jpg"]},
    ),
    "a thumbnail of an enclosure": (
        """<enclosure url="/a.jpg" type="image/jpeg"/><media:thumbnail url="/t.jpg" width="75"/>""",
        {"a.jpg": ["a.jpg", "t.jpg"]},
    ),
    "each with its own": (
        """<media:content url="https://e.com/a.jpg"><media:thumbnail url="/ta.jpg"/>
        </media:content><media:content url="https://e.com/b.jpg">
        <media:thumbnail url="/tb.jpg"/></media:content>""",
        {"a.jpg": ["a.jpg", "ta.jpg"], "b.jpg": ["b.jpg", "tb.jpg"]},
    ),
    "a film's": (
        """<media:group><media:content url="/f.mp4" medium="video"/>
        <media:thumbnail url="/t.jpg"/></media:group>""",
        {"t.jpg": ["t.jpg"]},
    ),
    "beside the author's portrait": (
        """<media:thumbnail url="/t.jpg"/>
        <media:content url="https://e.com/gravatar.com/1" medium="image"/>""",
        {"t.jpg": ["t.jpg"], "gravatar.com/1": ["gravatar.com/1"]},
    ),
}


@pytest.mark.parametrize(("media", "wanted"), ENTRIES_OF.values(), ids=ENTRIES_OF.keys())
def test_renditions_and_thumbnails_of_a_content_are_one_picture(
    media: str, wanted: dict[str, list[str]]
) -> None:
    text = MEDIA.format(media=media)
    (_, entry) = parse_feed(text.encode()).entries
    for found in (images(text), listed(entry)):
        urls = {
            name: [c.url.removeprefix("https://e.com/") for c in image.candidates]
            for name, image in found.items()
            if name != "before.jpg"
        }
        assert urls == wanted
        for image in found.values():
            chosen = choose_candidate(image.candidates, (600, 1200))
            assert chosen is not None and chosen.url == image.url


def test_a_content_of_any_size_beside_a_thumbnail_needs_no_visit_of_its_page() -> None:
    thumbnail = '<media:thumbnail url="/t.jpg" width="75"/>'
    for media, page in (
        (thumbnail, "https://e.com/1"),
        (f'<media:content url="/a" medium="image"/>{thumbnail}', None),
        (f'<media:content url="/a" medium="image" width="90"/>{thumbnail}', "https://e.com/1"),
    ):
        entry = parse_feed(MEDIA.format(media=media).encode()).entries[1]
        assert feed_item(entry, kind="feed", url=URL).page == page


def listed(entry: FeedEntry) -> dict[str, FoundImage]:
    item = feed_item(entry, kind="feed", url=URL)
    return {image.url.removeprefix("https://e.com/"): image for image in item.images}


def test_an_atom_feed_has_enclosures_and_xhtml() -> None:
    found = images(
        """<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/posts/2"/>
        <link rel="enclosure" type="image/png" href="/e.png"/><link rel="enclosure" href="/x.zip"/>
        <content type="xhtml"><div><img src="/f.jpg" alt="F"/></div></content>
        <summary type="html">&lt;img src=/g.jpg></summary></entry></feed>"""
    )
    assert found.keys() == {"e.png", "f.jpg", "g.jpg"}
    assert (found["f.jpg"].description, found["f.jpg"].link) == ("F", "https://e.com/posts/2")


xml = st.lists(
    st.sampled_from(["<rss>", "<urlset>", "<item>", "</item>", "<image>", "</image>", "<loc>"])
    | st.sampled_from(
        ["</loc>", "<title>", "</title>", "<enclosure url='a.jpg'/>", "/x", "&lt;img"]
    )
    | st.sampled_from(["<description>", "</description>", "</rss>", "</urlset>", "<img src='b'/>"]),
    max_size=30,
).map("".join)


@given(xml)
def test_any_feed_is_read(text: str) -> None:
    for image in images(text).values():
        assert image.url.startswith(("http://", "https://"))
