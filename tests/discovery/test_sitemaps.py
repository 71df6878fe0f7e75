"""Sitemaps in every form that sites serve, and rubbish."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.listings import ListedImage
from imagecrawler.discovery.sitemaps import MAX_BYTES, Sitemap, parse_sitemap

URLSET = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url><loc> https://e.com/a?x=1&amp;y=2 </loc>
    <image:image><image:loc>https://e.com/a.jpg</image:loc></image:image></url>
  <url><loc>https://e.com/b</loc></url><url><loc>https://e.com/b</loc></url>
</urlset>"""


def test_urlset():
    wanted = Sitemap(
        "urlset",
        ["https://e.com/a?x=1&y=2", "https://e.com/b"],
        [ListedImage("https://e.com/a.jpg", page="https://e.com/a?x=1&y=2")],
    )
    assert parse_sitemap(URLSET) == wanted
    assert parse_sitemap(gzip.compress(URLSET)) == wanted
    assert parse_sitemap(b"\xef\xbb\xbf" + URLSET) == wanted


def test_index():
    body = b"<sitemapindex><sitemap><loc>https://e.com/s.xml</loc></sitemap></sitemapindex>"
    assert parse_sitemap(body) == Sitemap("index", ["https://e.com/s.xml"])


def test_feeds():
    rss = b"""<rss><channel><link>https://e.com/</link><item><link>https://e.com/1</link>
      <enclosure type="image/jpeg" url="https://e.com/1.jpg"/></item></channel></rss>"""
    listed = [ListedImage("https://e.com/1.jpg", page="https://e.com/1", role="content")]
    assert parse_sitemap(rss) == Sitemap("feed", ["https://e.com/1"], listed)
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://e.com/"/><entry>
      <link href="https://e.com/2"/><link rel="edit" href="https://e.com/no"/></entry></feed>"""
    assert parse_sitemap(atom) == Sitemap("feed", ["https://e.com/2"])


def test_text():
    body = b"https://e.com/a\r\nrubbish\n\nhttp://e.com/b\n"
    assert parse_sitemap(body) == Sitemap("urlset", ["https://e.com/a", "http://e.com/b"])


def test_ceilings():
    many = b"<urlset>" + b"".join(b"<url><loc>https://e.com/%d</loc></url>" % n for n in range(99))
    sitemap = parse_sitemap(many + b"</urlset>", max_entries=10)
    assert len(sitemap.locs) == 10
    assert sitemap.truncated
    bomb = gzip.compress(b"https://e.com/a\n" + b"\n" * (2 * MAX_BYTES))
    assert parse_sitemap(bomb) == Sitemap("urlset", ["https://e.com/a"], truncated=True)


def test_entities_are_not_expanded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://secret.example/")
    body = f"""<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "https://y/">]>
      <urlset><url><loc>&x;</loc></url><url><loc>&y;</loc></url></urlset>"""
    assert parse_sitemap(body.encode()).locs == []


def test_a_torn_sitemap_gives_what_came_before():
    sitemap = parse_sitemap(URLSET[:-30])
    assert sitemap.locs[0] == "https://e.com/a?x=1&y=2"
    assert sitemap.truncated
    assert parse_sitemap(gzip.compress(URLSET)[:-20]).kind == "urlset"


@pytest.mark.parametrize(
    "body",
    [
        b"\n\n" + URLSET,
        b"\xef\xbb\xbf\n" + URLSET,
        URLSET.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        URLSET.replace(b"<url>", b"<url><x>caf&eacute; & \xff\x08</x>", 1),
        URLSET.replace(b"&amp;", b"&"),
    ],
)
def test_slips_cost_nothing_else(body):
    sitemap = parse_sitemap(body)
    assert (sitemap.locs, sitemap.truncated) == (parse_sitemap(URLSET).locs, False)
    assert sitemap.images == parse_sitemap(URLSET).images


def test_what_stands_in_cdata_stands_as_it_is_meant():
    body = b"""<rss><channel><item><link><![CDATA[https://e.com/p?x=1&y=2]]></link>
        <!-- a & b --><description><![CDATA[<p>caf&eacute; & \x0bbar<img src="/i.jpg?a=1&b=2">]]>
        </description></item><item><link>https://e.com/q?x=1&y=2</link></item></channel></rss>"""
    sitemap = parse_sitemap(body)
    assert sitemap.locs == ["https://e.com/p?x=1&y=2", "https://e.com/q?x=1&y=2"]
    ((_, text),) = sitemap.texts
    assert '<p>caf&eacute; &  bar<img src="/i.jpg?a=1&b=2">' in text
    assert parse_sitemap(b"<rss>" + b"<![CDATA[<!--" * 200_000) == Sitemap("feed", truncated=True)


def test_rubbish_is_empty():
    for body in (
        b"",
        b"<html><loc>https://e.com/</loc></html>",
        b"\x1f\x8bnot gzip",
        b"<",
        b"\x00",
    ):
        assert parse_sitemap(body) == Sitemap()


@given(st.binary() | st.binary().map(b"<urlset>".__add__) | st.binary().map(b"\x1f\x8b".__add__))
def test_any_bytes_get_an_answer(body):
    parse_sitemap(body)
