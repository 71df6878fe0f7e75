"""What a look found joins what the markup shows: one picture is one image, with one id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.discovery.rendered import rendered_page
from imagecrawler.items import FrameLook, Look, ObservedImage

URL = "https://e.com/dir/"


def joined(static: str, html: str = "", observed=(), **found) -> ParsedPage:
    page = parse_page(static, url=URL)
    return rendered_page(page, Look(html, URL, URL, observed=list(observed), **found))


def urls(page: ParsedPage) -> list[str]:
    return [image.url.removeprefix(URL) for image in page.images]


def seen(url: str, markup: str = "", kind: str = "img", **more) -> ObservedImage:
    return ObservedImage(kind, f"{URL}{url}" if url else "", URL, markup, **more)


def test_a_picture_found_both_ways_is_one_image_with_its_static_id():
    static = parse_page("<img src=a.jpg?w=300 alt=A>", url=URL)
    page = joined("<img src=a.jpg?w=300 alt=A>", "<img src=a.jpg?w=900><img src=b.jpg>")
    assert urls(page) == ["a.jpg?w=300", "b.jpg"]
    first, second = page.images
    assert (first.id, first.description) == (static.images[0].id, "A")
    assert [c.url.removeprefix(URL) for c in first.candidates] == ["a.jpg?w=300", "a.jpg?w=900"]
    assert "rendered" in first.found_by and "rendered" in second.found_by


def test_what_is_gone_at_the_end_is_kept_with_its_words_and_link():
    markup = "<a href=/p/1><img src=gone.jpg alt='Gone by'></a>"
    (image,) = joined("", "<p>", [seen("gone.jpg", markup)]).images
    assert (image.description, image.link) == ("Gone by", "https://e.com/p/1")


def test_what_the_page_says_around_a_picture_is_kept():
    html = """<html lang=is><h2>Harbour</h2>
        <figure><img src=a.jpg><figcaption>By night.</figcaption>
        </figure><a rel=license href=https://creativecommons.org/licenses/by/4.0/>Free</a>"""
    static = parse_page(html, url=URL)
    for page in (joined(html, "<img src=a.jpg>"), joined("", html), joined(html)):
        (image,), (wanted,) = page.images, static.images
        assert (image.heading, image.text) == ("Harbour", wanted.text)
        assert (image.stated, page.language) == (wanted.stated, "is")


def test_a_preview_is_no_surer_for_having_been_shown():
    markup = "<img src=tiny.jpg data-src=a.jpg>"
    page = joined("", "<img src=a.jpg data-src=a.jpg>", [seen("tiny.jpg", markup), seen("a.jpg")])
    picture, preview = page.images
    assert picture.certainty == 1.0 and preview.found_by == ["placeholder"]


def test_backgrounds_and_drawn_images_have_their_renditions_and_words():
    observed = [
        seen(
            "b.jpg",
            kind="background",
            srcset=f"{URL}b.jpg 1x, {URL}b2.jpg 2x",
            width_px=900,
            height_px=400,
        ),
        seen("c.jpg", kind="canvas", description="drawn", link="https://e.com/big.jpg"),
        seen("d.jpg", kind="request"),
    ]
    background, drawn, asked = joined("", "<p>", observed).images
    assert [c.density for c in background.candidates] == [1.0, 2.0]
    assert (background.evidence[0].width_px, background.evidence[0].height_px) == (900, 400)
    assert (drawn.description, drawn.link) == ("drawn", None)
    assert [c.url for c in drawn.candidates] == [f"{URL}c.jpg", "https://e.com/big.jpg"]
    assert asked.certainty == 1.0 and asked.evidence[0].width_px is None


def test_what_a_document_only_names_is_no_surer_for_having_been_rendered():
    (image,) = joined("", "<meta property=og:image content=a.jpg>").images
    assert image.found_by == ["og"] and image.certainty < 1.0


def test_links_of_scripts_are_followed_where_the_page_allows_it():
    links = ["https://e.com/1", "https://e.com/2", "https://e.com/photo.jpg"]
    page = joined("<a href=/0>0</a>", "<a href=/1>1</a>", links=links)
    assert page.links == ["https://e.com/0", "https://e.com/1", "https://e.com/2"]
    assert [image.url for image in page.images] == ["https://e.com/photo.jpg"]
    forbidding = "<meta name=robots content=nofollow>"
    assert joined(forbidding, "<a href=/1>1</a>", links=links).links == []
    assert joined("", f"{forbidding}<a href=/1>1</a>", links=links).links == []


def test_the_documents_of_frames_belong_to_the_page():
    frame = FrameLook("https://e.com/framed/", "<base href=/b/><img src=f.jpg>")
    assert [i.url for i in joined("", "<p>", frames=[frame]).images] == ["https://e.com/b/f.jpg"]


def test_titles_and_canonical_are_those_that_scripts_set_if_any():
    page = joined("<title>App</title><link rel=canonical href=/c>", "<title>Harbour</title>")
    assert (page.title, page.canonical) == ("Harbour", "https://e.com/c")


def test_a_page_that_hung_is_what_its_markup_and_the_sightings_say():
    page = joined("<title>T</title><img src=a.jpg>", "", [seen("b.jpg", "<img src=b.jpg>")])
    assert (page.title, urls(page)) == ("T", ["a.jpg", "b.jpg"])


def test_tags_of_the_page_stay_with_its_pictures():
    page = joined("<meta name=keywords content='sea, harbour'><img src=a.jpg>", "<img src=a.jpg>")
    assert page.images[0].tags == ["sea", "harbour"]


@pytest.mark.parametrize(
    "html", ["<img src=a.jpg><img src=b.jpg srcset='b2.jpg 2x'><a href=c.png>c</a>"]
)
def test_rendering_a_static_page_changes_no_id(html):
    static = parse_page(html, url=URL)
    observed = [
        seen("a.jpg", "<img src=a.jpg>"),
        seen("b2.jpg", "<img src=b.jpg srcset='b2.jpg 2x'>"),
    ]
    page = joined(html, html, observed)
    assert [image.id for image in page.images] == [image.id for image in static.images]


@given(st.text(), st.text(), st.text(), st.text())
def test_every_look_is_possible(html, url, markup, srcset):
    observed = [ObservedImage("img", url, url, markup, srcset, link=url, description=html)]
    joined(html, html, observed, links=[url, html], frames=[FrameLook(url, html)])


def test_the_one_pixel_of_the_stub_is_no_claim_of_a_size():
    script = "<img src=a.jpg width=1 height=1><img src=b.jpg style='width: 1px'>"
    sized = [(e.width_px, e.height_px) for i in joined("", script).images for e in i.evidence]
    assert sized == [(None, None)] * 2
    (image,) = joined("", "<img src=a.jpg width=32 height=24>").images
    assert (image.evidence[0].width_px, image.evidence[0].height_px) == (32, 24)
    # What the page itself says of its pixel stays.
    (image,) = joined("<img src=p.gif width=1 height=1>", "<img src=p.gif width=1>").images
    assert (image.evidence[0].width_px, image.evidence[0].height_px) == (1, 1)
