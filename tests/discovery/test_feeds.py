"""The images of sitemaps and feeds, as pictures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.feeds import listed_images
from imagecrawler.discovery.sitemaps import parse_sitemap
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
