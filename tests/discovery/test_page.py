"""What a page shows and where it leads, example by example, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.links import MAX_LINKS
from imagecrawler.discovery.page import parse_page
from imagecrawler.items import ImageCandidate

URL = "https://e.com/dir/page.html?x=1"


def page(html, **arguments):
    return parse_page(html, url=URL, **arguments)


def image(html):
    (found,) = page(html).images
    return found


def names(html):
    """The renditions of each picture, as written below /dir/."""
    prefix = "https://e.com/dir/"
    return [[c.url.removeprefix(prefix) for c in found.candidates] for found in page(html).images]


@pytest.mark.parametrize(
    ("html", "pictures"),
    [
        ("<img src=a.jpg>", [["a.jpg"]]),
        ("<img src=a.jpg srcset='b.jpg 2x, a.jpg 1x'>", [["a.jpg", "b.jpg"]]),
        ("<img srcset='b.jpg 200w, a.jpg 900w'>", [["a.jpg", "b.jpg"]]),
        ("<img src=data:image/gif,x data-src=a.jpg>", [["a.jpg"]]),
        ("<img src=blank.gif data-original=a.jpg>", [["a.jpg"], ["blank.gif"]]),
        ("<img src=tiny.jpg data-lazy-src=a.jpg>", [["a.jpg"], ["tiny.jpg"]]),
        ("<img src=1x1.gif data-srcset='a.jpg 300w'>", [["a.jpg"], ["1x1.gif"]]),
        ("<img src=a.jpg?w=20 data-src=a.jpg?w=800>", [["a.jpg?w=800", "a.jpg?w=20"]]),
        ("<img src=blank.gif>", [["blank.gif"]]),
        ("<img src=data:image/gif,x>", []),
        ("<img src=a.jpg data-zoom-image=z.jpg>", [["a.jpg", "z.jpg"]]),
        ("<img src=a.jpg data-src='a_{width}x.jpg'>", [["a.jpg"]]),
        ("<img src=a.jpg data-full=true>", [["a.jpg"]]),
        ("<picture><source srcset='a.webp 9w'><img src=a.jpg></picture>", [["a.jpg", "a.webp"]]),
        ("<picture><source data-srcset='a.webp 9w'><img></picture>", [["a.webp"]]),
        ("<a href=big.JPG><img src=a.jpg></a>", [["a.jpg", "big.JPG"]]),
        ("<a href=big.png>big</a>", [["big.png"]]),
        ("<a href=/wiki/File:a.jpg>a</a>", []),
        (
            "<img data-src=a.jpg><noscript><img src=a.jpg srcset='b.jpg 2x'></noscript>",
            [["a.jpg", "b.jpg"]],
        ),
        (
            "<img src=l.gif data-src=a.jpg><img src=l.gif data-src=b.jpg>",
            [["a.jpg"], ["b.jpg"], ["l.gif"]],
        ),
        (
            "<a href=z.jpg><img src=a.jpg></a><a href=z.jpg><img src=b.jpg></a>",
            [["a.jpg", "z.jpg"], ["b.jpg", "z.jpg"]],
        ),
        (
            "<meta property=og:image content=a.jpg><img src=a.jpg><img src=b.jpg>",
            [["a.jpg"], ["b.jpg"]],
        ),
        ("<meta name=twitter:image content=c.jpg><img src=b.jpg>", [["b.jpg"], ["c.jpg"]]),
        ("<img src=a.jpg?w=300><img src=a.jpg?w=600>", [["a.jpg?w=300", "a.jpg?w=600"]]),
        ("<template><img src=a.jpg></template>", []),
        ("<img src='https://e.com/dir/" + "x" * 5000 + "'>", []),
    ],
)
def test_pictures_and_their_renditions(html, pictures):
    assert names(html) == pictures


@pytest.mark.parametrize(
    ("html", "found_by", "certainty"),
    [
        ("<img src=a.jpg>", ["img"], 1.0),
        ("<img src=a.jpg srcset='b.jpg 2x'>", ["img", "srcset"], 1.0),
        ("<img src=data:,x data-src=a.jpg>", ["lazy"], 0.9),
        ("<img src=data:,x data-srcset='a.jpg 2x'>", ["lazy"], 0.9),
        ("<picture><source srcset=b.webp><img src=a.jpg></picture>", ["img", "picture"], 1.0),
        ("<a href=b.jpg><img src=a.jpg data-full=c.jpg></a>", ["img", "zoom", "link"], 1.0),
        ("<a href=a.jpg>", ["link"], 0.9),
        ("<meta property=og:image content=a.jpg><img src=a.jpg>", ["img", "og"], 1.0),
        ("<meta name=twitter:image content=a.jpg>", ["twitter"], 0.9),
    ],
)
def test_found_by(html, found_by, certainty):
    found = image(html)
    assert (found.found_by, found.certainty) == (found_by, certainty)


def test_claims_are_those_of_descriptors_and_of_open_graph():
    found = image("<img src=a.jpg width=9 srcset='a.jpg 300w'>")
    assert found.candidates == [ImageCandidate("https://e.com/dir/a.jpg", 300)]
    html = "<meta property=og:image content=a.jpg><meta property=og:image:width content=1200>"
    assert image(html).candidates == [ImageCandidate("https://e.com/dir/a.jpg", 1200)]
    assert image(html + "<img src=a.jpg>").candidates[0].width_px == 1200


@pytest.mark.parametrize(
    ("html", "description"),
    [
        ("<img src=a alt=' A \n b ' title=T>", "A b"),
        ("<img src=a alt='' title=T>", "T"),
        ("<figure><img src=a aria-label=L><figcaption>C <b>d</b></figcaption></figure>", "C d"),
        ("<a href=p title=T><img src=a aria-label=L></a>", "L"),
        ("<a href=p title=T><img src=a>x</a>", "T"),
        ("<a href=p><img src=a> x </a>", "x"),
        ("<a href=a.jpg> x </a>", "x"),
        ("<a href=a.jpg download=b.jpg><span>x</span><br>y <i>z</i>z</a>", "x y zz"),
        (
            "<figure><img src=a><figcaption><p>C</p><p>d</p><script>e</script>f</figcaption>"
            "</figure>",
            "C d f",
        ),
        ("<img src=a>", None),
        ("<img src=a><noscript><img src=a alt=later></noscript>", "later"),
        (f"<img src=a alt='{'x' * 5000}'>", "x" * 1000),
    ],
)
def test_description(html, description):
    assert image(html).description == description


def test_link_and_tags():
    head = "<meta name=keywords content='a, b,A'><meta property=article:tag content=c>"
    html = head + "<a rel=tag href=/t>d</a><img src=1.jpg><a href=p#x><b><img src=2.jpg></b></a>"
    own, linked = page(html).images
    assert (own.link, own.tags) == (None, ["c", "d", "a", "b"])
    assert (linked.link, linked.tags) == ("https://e.com/dir/p", [])


def test_links():
    found = page(
        "<a href=b>1</a><a href=b#x>2</a><a href=#y>3</a><a href='/c'>4</a><area href=d>"
        "<a href=mailto:x>5</a><a rel='x NOFOLLOW' href=e>6</a><a href=f.png>7</a><a>8</a>"
    )
    assert found.links == ["https://e.com/dir/b", "https://e.com/c", "https://e.com/dir/d"]
    assert found.skipped == {"not-http": 1, "nofollow": 1, "image-file": 1}


@pytest.mark.parametrize(
    ("meta", "header", "nofollow"),
    [
        ("index, NOFOLLOW", None, True),
        ("none", None, True),
        ("index,follow", None, False),
        ("", "noindex, nofollow", True),
        ("", "otherbot: noindex, nofollow", False),
        ("", "unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow", True),
    ],
)
def test_nofollow(meta, header, nofollow):
    found = page(f"<meta name=Robots content='{meta}'><a href=b>", robots_tag=header)
    assert found.nofollow is nofollow
    assert bool(found.links) is not nofollow
    assert found.skipped == ({"nofollow": 1} if nofollow else {})


def test_base_title_and_canonical():
    found = page(
        "<svg><title>no</title></svg><title> A\n b </title><base target=x><base href=/r/>"
        "<link rel='x Canonical' href=c#y><a href=a><img src=i.jpg>"
    )
    assert (found.base_url, found.title) == ("https://e.com/r/", "A b")
    assert found.canonical == "https://e.com/r/c"
    assert found.links == ["https://e.com/r/a"]
    assert found.images[0].url == "https://e.com/r/i.jpg"
    assert page("<base href=javascript:x>").base_url == URL


@pytest.mark.parametrize("opening", ["<div>", "<div></span>", "<div><a href=x><b>", "<svg><g>"])
def test_deep_nesting_is_read_flat(opening):
    found = page(opening * 50_000 + "<a href=y><img src=a.jpg alt=A></a>")
    assert found.images[0].url == "https://e.com/dir/a.jpg"
    assert found.links[-1] == "https://e.com/dir/y"


def test_pages_made_to_be_slow_are_read():
    attributes = " ".join(f"a{n}='>'" for n in range(100_000))
    assert names(f"<p {attributes}><img src=a.jpg>") == [["a.jpg"]]
    page("".join(f"<p><b id={n}>" for n in range(50_000)))
    page("<a " * 500_000)
    srcset = page(f"<img srcset='{'a.jpg 1w, ' * 100_000}'>")
    assert len(srcset.images) == 1
    many = page("".join(f"<a href=a{n}>" for n in range(MAX_LINKS + 5)))
    assert len(many.links) == MAX_LINKS
    assert many.skipped == {"too-many": 5}


markup = st.lists(
    st.sampled_from(["<a href=x>", "<img src=", "'", '"', ">", "</a>", "<base href=", "data:,x"])
    | st.sampled_from(["<noscript>", "<picture>", "<source srcset=", "<title>", "<meta content="])
    | st.text(max_size=4),
    max_size=40,
).map("".join)


@given(st.text() | markup, st.text() | st.just(URL))
def test_any_text_is_a_page(html, url):
    found = parse_page(html, url=url)
    for picture in found.images:
        assert picture.url == picture.candidates[0].url
        assert all(c.url.startswith(("http://", "https://")) for c in picture.candidates)
        assert len({c.url for c in picture.candidates}) == len(picture.candidates)
    assert len(set(found.links)) == len(found.links)
