"""What stands beside an image: headings, texts, licences, and what the page says of itself."""

from __future__ import annotations

from imagecrawler.discovery.page import parse_page
from imagecrawler.items import FoundImage

CC = "https://creativecommons.org/licenses"


def images(html: str) -> dict[str, FoundImage]:
    page = parse_page(html, url="https://site.example/")
    return {image.url.rpartition("/")[2]: image for image in page.images}


def test_an_image_stands_under_the_last_heading_before_it() -> None:
    found = images(
        "<img src=0.jpg><h1>All  <b>birds</b></h1><img src=1.jpg><section><h3>Owls</h3>"
        "<div><img src=2.jpg></div></section><h2><img src=3.jpg alt=x>Larks</h2>"
    )
    headings = [found[f"{n}.jpg"].heading for n in range(4)]
    assert headings == [None, "All birds", "Owls", "Larks"]


def test_the_nearest_text_is_that_of_the_least_element_with_some() -> None:
    long = "It was taken on a cold morning in the harbour of the old town."
    found = images(
        f"<main><p>Far away text, in another paragraph of the page.</p>"
        f"<div><span><img src=a.jpg></span><p>{long}</p></div>"
        f"<div><img src=b.jpg></div></main>"
    )
    assert found["a.jpg"].text == long
    assert found["b.jpg"].text is None


def test_words_of_different_blocks_do_not_run_together() -> None:
    found = images("<div><img src=a.jpg><h3>Old<wbr>town</h3><p>By night,<br>from afar</p></div>")
    assert found["a.jpg"].text == "Oldtown By night, from afar"


def test_a_text_that_belongs_to_many_images_is_none_of_theirs() -> None:
    card = "<li><img src={n}.jpg><b>Bird number {n}, in flight</b></li>"
    cards = "".join(card.format(n=n) for n in range(9))
    row = "<img src=x.jpg>" + "<i><img src=y.jpg></i>" * 5
    found = images(f"<ul>{cards}</ul><div>{row}Words of all six of them</div>")
    assert [found[f"{n}.jpg"].text for n in range(9)] == [
        f"Bird number {n}, in flight" for n in range(9)
    ]
    assert found["x.jpg"].text is None


def test_pictures_are_counted() -> None:
    found = images("<img src=a.jpg><img src=b.jpg><img src=a.jpg>")
    assert {name: image.position for name, image in found.items()} == {"a.jpg": 1, "b.jpg": 2}


def test_a_licence_beside_a_picture_is_its_own_and_one_in_the_foot_is_the_pages() -> None:
    found = images(
        f"""
        <figure><img src=own.jpg><figcaption>by Ann,
          <a href="{CC}/by-nc/2.0/">CC BY-NC</a></figcaption></figure>
        <article><p><img src=boxed.jpg></p><a rel="license" href="/terms">Terms</a></article>
        <img src=other.jpg>
        <footer><img src=badge.png><a rel="license" href="{CC}/by/4.0/">CC BY</a></footer>
        """
    )
    own, boxed, other = (found[f"{name}.jpg"].stated for name in ("own", "boxed", "other"))
    assert (own.licence_name, own.licence_of_page) == ("CC-BY-NC-2.0", False)
    assert (boxed.licence_url, boxed.licence_of_page) == ("https://site.example/terms", False)
    assert (other.licence_name, other.licence_of_page) == ("CC-BY-4.0", True)


def test_a_page_tells_its_language_author_date_and_licence() -> None:
    html = """
        <html lang=" en-GB "><meta name="author" content="Ann Ode">
        <meta property="article:author" content="https://site.example/ann">
        <meta property="article:published_time" content="2024-02-03T04:05:06Z">
        <meta name="DC.rights.license" content="CC BY 4.0"><img src="a.jpg">
    """
    page = parse_page(html, url="https://site.example/")
    stated = page.images[0].stated
    assert page.language == "en-GB"
    assert (stated.author, stated.date) == ("Ann Ode", "2024-02-03T04:05:06Z")
    assert (stated.licence, stated.licence_name, stated.licence_of_page) == (
        "CC BY 4.0",
        "CC-BY-4.0",
        True,
    )


def test_a_licence_comes_whole() -> None:
    found = images(
        """<meta name=copyright content="CC BY-SA 4.0"><figure><img src=a.jpg>
        <a rel=license href="https://agency.example/licence/7">rights</a></figure>"""
    )
    stated = found["a.jpg"].stated
    assert (stated.licence_url, stated.licence_name) == ("https://agency.example/licence/7", None)


def test_a_box_without_a_picture_has_none_of_its_own() -> None:
    link = f'<a rel="license" href="{CC}/by/4.0/">CC</a>'
    found = images(f"<section>{link * 400}{'<i>x</i>' * 20_000}</section><img src=a.jpg>")
    assert found["a.jpg"].stated.licence_of_page


def test_the_head_and_the_mark_of_a_licence_tell_of_the_page_and_the_credit_of_its_box() -> None:
    found = images(
        f"""
        <link rel="stylesheet license" href="{CC}/by-nc/4.0/?ref=chooser-v1">
        <figure><img src=a.jpg><a href="http://creativecommons.org/publicdomain/zero/1.0/">CC0</a>
          by <span property="cc:attributionName">Flo Wer</span></figure>
        <img src=b.jpg><p xmlns:cc="http://creativecommons.org/ns#">by
          <a rel="cc:attributionURL dct:creator" property="cc:attributionName"
             href="https://x.example/n">Nam E</a></p>
        """
    )
    own, other = found["a.jpg"].stated, found["b.jpg"].stated
    assert (own.author, own.licence_name, own.licence_of_page) == ("Flo Wer", "CC0-1.0", False)
    assert (other.author, other.licence_name, other.licence_of_page) == (
        "Nam E",
        "CC-BY-NC-4.0",
        True,
    )
