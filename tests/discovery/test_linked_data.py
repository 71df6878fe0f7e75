"""Structured data as the web has it: WordPress, newspapers, photo agencies, Commons."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import ParsedPage, parse_page
from imagecrawler.items import FoundImage

PAGE = "https://site.example/post/"


def parsed(html: str) -> ParsedPage:
    return parse_page(html, url=PAGE)


def images(html: str) -> dict[str, FoundImage]:
    found = parsed(html).images
    return {image.url: image for image in found if image.found_by != ["state"]}


def script(data: Any, kind: str = "application/ld+json") -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return f"<script type='{kind}'>{text}</script>"


def test_a_licensable_image_has_its_rights() -> None:
    found = images(
        script(
            {
                "@context": "https://schema.org/",
                "@type": "ImageObject",
                "contentUrl": "https://site.example/photos/1x1/black-labrador-puppy.jpg",
                "license": "https://site.example/license",
                "acquireLicensePage": "/how-to-use-my-images",
                "creditText": "Labrador PhotoLab",
                "creator": {"@type": "Person", "name": "Brixton Brownstone"},
                "copyrightNotice": "Clara Kent",
                "datePublished": "2024-03-01",
                "width": "1200",
                "height": {"@type": "QuantitativeValue", "value": 800},
                "caption": "A  puppy",
            }
        )
    )
    image = found["https://site.example/photos/1x1/black-labrador-puppy.jpg"]
    stated = image.stated
    assert image.description == "A puppy"
    assert image.found_by == ["json-ld"]
    assert image.candidates[0].width_px == 1200
    assert (stated.author, stated.credit, stated.copyright, stated.date) == (
        "Brixton Brownstone",
        "Labrador PhotoLab",
        "Clara Kent",
        "2024-03-01",
    )
    assert stated.licence_url == "https://site.example/license"
    assert stated.acquire_licence_page == "https://site.example/how-to-use-my-images"
    assert (stated.width_px, stated.height_px) == (1200, 800)
    assert not stated.licence_of_page


def test_a_graph_of_a_blog_is_read_once_and_joins_the_pictures_of_the_page() -> None:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Article",
                "@id": f"{PAGE}#article",
                "author": {"@id": "https://site.example/#/schema/person/1"},
                "datePublished": "2023-05-06T07:08:09+00:00",
                "image": {"@id": f"{PAGE}#primaryimage"},
                "thumbnailUrl": "https://site.example/wp-content/uploads/lake.jpg",
            },
            {
                "@type": "ImageObject",
                "@id": f"{PAGE}#primaryimage",
                "url": "https://site.example/wp-content/uploads/lake.jpg",
                "contentUrl": "https://site.example/wp-content/uploads/lake.jpg",
                "width": 2048,
                "height": 1365,
                "caption": "The lake at dawn",
            },
            {
                "@type": "Person",
                "@id": "https://site.example/#/schema/person/1",
                "name": "Ann Ode",
                "image": {
                    "@type": "ImageObject",
                    "contentUrl": "https://gravatar.example/ann.jpg",
                },
            },
            {
                "@type": "Organization",
                "logo": "https://site.example/logo.svg",
            },
        ],
    }
    found = images(
        script(graph) + '<img src="/wp-content/uploads/lake-300x200.jpg" alt="A lake">'
        '<img src="/wp-content/uploads/boat.jpg">'
    )
    lake = next(image for url, image in found.items() if "lake" in url)
    assert sum("lake" in url for url in found) == 1
    assert set(lake.found_by) == {"img", "json-ld"}
    assert lake.description == "A lake"
    assert 2048 in [candidate.width_px for candidate in lake.candidates]
    boat = found["https://site.example/wp-content/uploads/boat.jpg"]
    assert (boat.stated.author, boat.stated.date) == ("Ann Ode", "2023-05-06T07:08:09+00:00")
    assert boat.stated.width_px is None
    logo = found["https://site.example/logo.svg"]
    assert logo.evidence[0].names == "organization logo"


def test_a_newspaper_names_one_picture_at_many_sizes_and_its_video() -> None:
    found = images(
        script(
            [
                {
                    "@type": ["NewsArticle", "ReportageNewsArticle"],
                    "image": [
                        "https://img.example/a-1x1.jpg",
                        {"@type": "ImageObject", "url": "https://img.example/a-4x3.jpg"},
                        {"url": "https://img.example/a-16x9.jpg", "width": 1600},
                    ],
                    "license": "https://creativecommons.org/licenses/by/4.0/",
                    "video": {
                        "@type": "VideoObject",
                        "thumbnailUrl": ["https://img.example/v1.jpg"],
                        "contentUrl": "https://img.example/film.mp4",
                    },
                }
            ]
        )
    )
    names = {url.rpartition("/")[2] for url in found}
    assert names == {"a-1x1.jpg", "a-4x3.jpg", "a-16x9.jpg", "v1.jpg"}


def test_json_that_is_nearly_right_is_read_and_any_other_left_out() -> None:
    good = '{"@type": "WebPage", "image": "https://site.example/%s.jpg",}'
    html = (
        script(f"<!-- {good % 'a'} -->")
        + script(f"//<![CDATA[\n{good % 'b'}\n//]]>")
        + script(html_escaped(good % "c"))
        + script('{"@type": "WebPage", "name": "line\nbreak", "image": "/d.jpg"}')
        + script("{'single': 'quotes'}")
        + script("[" * 100_000)
        + script("null")
        + script('"text"')
        + script(good % "e", kind="application/json")
    )
    assert {url[-5] for url in images(html)} == {"a", "b", "c", "d"}


def html_escaped(text: str) -> str:
    return text.replace(",}", "}").replace('"', "&quot;")


def test_microdata_is_read_with_its_references() -> None:
    found = images(
        """
        <div itemscope itemtype="http://schema.org/ImageObject" itemref="rights">
          <h2 itemprop="name">Beach in Mexico</h2>
          <img src="/mexico-beach.jpg" alt="Sunny, sandy beach." itemprop="contentUrl">
          By <span itemprop="author" itemscope itemtype="http://schema.org/Person">
            <span itemprop="name">Jane Doe</span></span>
          <meta itemprop="datePublished" content="2008-01-25">
        </div>
        <p id="rights">
          <a itemprop="license" href="//creativecommons.org/licenses/by/2.0/">CC</a></p>
        <div itemprop="image">of no item</div>
        """
    )
    image = found["https://site.example/mexico-beach.jpg"]
    assert image.description == "Sunny, sandy beach."
    assert set(image.found_by) == {"img", "microdata"}
    assert (image.stated.author, image.stated.date) == ("Jane Doe", "2008-01-25")
    assert image.stated.licence_name == "CC-BY-2.0"


def test_rdfa_and_the_mark_of_creative_commons_are_read() -> None:
    found = images(
        """
        <div vocab="https://schema.org/" typeof="ImageObject">
          <img property="contentUrl" src="/rdfa.jpg"><span property="creator">Ro Ver</span>
        </div>
        <div xmlns:cc="http://creativecommons.org/ns#" about="/marked.jpg">
          <a rel="cc:attributionURL" property="cc:attributionName" href="/users/9">Flo Wer</a> /
          <a rel="license" href="https://creativecommons.org/licenses/by-sa/2.0/">CC BY-SA 2.0</a>
        </div>
        """
    )
    assert found["https://site.example/rdfa.jpg"].stated.author == "Ro Ver"
    marked = found["https://site.example/marked.jpg"]
    assert (marked.stated.author, marked.stated.licence_name) == ("Flo Wer", "CC-BY-SA-2.0")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "image",
                    "contentUrl",
                    "url",
                    "license",
                    "creator",
                    "width",
                ]
            ),
            inner | st.sampled_from(["ImageObject", "https://x.example/a.jpg", "Article"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_whatever_the_data_is_a_page_is_parsed(data: Any) -> None:
    page = parsed(script(data) + '<img src="/a.png">')
    assert any(image.url == "https://site.example/a.png" for image in page.images)


def test_what_is_made_to_be_slow_is_read_all_the_same() -> None:
    # Hours, where time grew with the square of the length.
    spaces = " ; " * 300_000
    found = images(script(f'{{"image": "/a.jpg"}}{spaces}') + script(f'{{"a": 1}}{spaces}x'))
    assert list(found) == ["https://site.example/a.jpg"]
    deep = "<i>" * 900 + "<b itemprop=name>x</b>" * 2_000
    found = images(f"<p itemscope itemtype=ImageObject><link itemprop=url href=b.jpg>{deep}")
    assert found[f"{PAGE}b.jpg"].description == "x"


def post(number: int) -> dict[str, Any]:
    return {
        "@type": "BlogPosting",
        "author": {"@list": [{"@type": "Person", "name": f"Author {number}"}]},
        "license": f"https://creativecommons.org/licenses/by/{number}.0/",
        "image": {"@type": "ImageObject", "url": f"/{number}.jpg"},
    }


def test_what_each_post_of_a_list_says_holds_for_its_own_image_alone() -> None:
    for more in ({}, {"url": "https://site.example/elsewhere"}):
        found = images(
            script([{**post(1), **more}, {**post(2), **more}])
            + '<img src="/2.jpg"><img src="/3.jpg">'
        )
        first, second, other = (found[f"https://site.example/{n}.jpg"].stated for n in (1, 2, 3))
        assert (first.author, first.licence_name) == ("Author 1", "CC-BY-1.0")
        assert (second.author, second.licence_name) == ("Author 2", "CC-BY-2.0")
        assert (other.author, other.licence) == (None, None)


def test_a_thing_at_another_address_says_nothing_of_the_page_and_one_at_its_own_does() -> None:
    here, there = {"url": f"{PAGE}?utm=1#top"}, {"mainEntityOfPage": {"@id": "/other"}}
    found = images(script([{**post(1), **there}, {**post(2), **here}]) + '<img src="/3.jpg">')
    stated = found["https://site.example/3.jpg"].stated
    assert (stated.author, stated.licence_name) == ("Author 2", "CC-BY-2.0")
    assert stated.licence_of_page


def test_keywords_are_tags_of_the_page_and_of_an_image() -> None:
    term = {"@type": "DefinedTerm", "name": "Harbours, old"}
    photo = {"@type": "ImageObject", "contentUrl": "/a.jpg", "keywords": "boat, sea;boat"}
    article = {"@type": "Article", "url": PAGE, "keywords": ["Travel", term], "image": photo}
    elsewhere = {"@type": "Article", "url": "https://site.example/other/", "keywords": "Other"}
    found = images(script([article, elsewhere]) + "<img src='/b.jpg'>")
    assert found["https://site.example/b.jpg"].tags == ["Travel", "Harbours, old"]
    own = ["boat", "sea", "Travel", "Harbours, old"]
    assert found["https://site.example/a.jpg"].tags == own


def test_keywords_of_several_articles_are_those_of_none() -> None:
    posts = [{"@type": "BlogPosting", "keywords": word} for word in ("one", "two")]
    assert images(script(posts) + "<img src='/b.jpg'>")["https://site.example/b.jpg"].tags == []
