"""The ``source`` elements that no screen shows: recorded, and never chosen before another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.sources import may_be_shown
from imagecrawler.identity.renditions import (
    candidate_from_json,
    candidate_to_json,
    choose_candidate,
)
from imagecrawler.items import ImageCandidate

URL = "https://e.com/"


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ({}, True),
        ({"type": None, "media": None}, True),
        ({"type": "", "media": ""}, True),
        *(({"type": f"image/{name}"}, True) for name in ("webp", "AVIF", "jpg", "svg+xml")),
        *(({"type": text}, True) for text in (" image/webp; codecs=vp8", "webp", "text/html")),
        *(({"type": f"image/{name}"}, False) for name in ("jxl", "HEIC", "heif", "jp2", "vnd.x")),
        *(({"media": text}, True) for text in ("all", "screen", "print, screen", "not print")),
        *(({"media": text}, True) for text in ("(min-width: 1px)", "not all and (max-width: 9px)")),
        *(({"media": text}, False) for text in ("print", " NOT  all ", "not screen", "only print")),
        *(({"media": text}, False) for text in ("print and (color)", "print, speech, not all")),
        ({"media": "printer"}, True),
    ],
)
def test_what_may_be_shown(attributes, shown):
    assert may_be_shown(attributes) is shown


def picture(inner):
    (image,) = parse_page(f"<picture>{inner}</picture>", url=URL).images
    return {c.url.removeprefix(URL): c.is_shown for c in image.candidates}, image


@pytest.mark.parametrize(
    ("inner", "told", "chosen"),
    [
        (
            "<source type=image/jxl srcset='a.jxl 2000w'><source srcset='a.webp 900w'>"
            "<img src=a.jpg>",
            {"a.jpg": True, "a.webp": True, "a.jxl": False},
            "a.webp",
        ),
        (
            "<source media=print srcset='p.jpg 3000w'><img srcset='a.jpg 400w'>",
            {"a.jpg": True, "p.jpg": False},
            "a.jpg",
        ),
        (
            "<source media=print srcset='a.jpg 3000w'><img src=a.jpg>",
            {"a.jpg": True},
            "a.jpg",
        ),
        ("<source type=image/heic srcset=a.heic><img>", {"a.heic": False}, "a.heic"),
    ],
)
def test_all_are_recorded_and_one_that_is_shown_is_chosen(inner, told, chosen):
    found, image = picture(inner)
    assert found == told
    kept = [candidate_from_json(candidate_to_json(c)) for c in image.candidates]
    assert kept == image.candidates
    wanted = choose_candidate(image.candidates, [600])
    assert wanted is not None and wanted.url == URL + chosen


def test_what_is_shown_at_another_place_is_shown():
    html = "<picture><source media=print srcset='b.jpg 9w'><img src=a.jpg></picture>"
    (image,) = parse_page(f"{html}<a href=b.jpg><img src=a.jpg></a>", url=URL).images
    assert image.candidates[1] == ImageCandidate(f"{URL}b.jpg")


@given(st.text(), st.text(alphabet="notal print,screen()and", max_size=40))
def test_any_text_is_a_value(kind, media):
    assert isinstance(may_be_shown({"type": kind, "media": media}), bool)
