"""What the markup around an image tells of what it is for."""

from __future__ import annotations

import pytest

from imagecrawler.discovery.page import parse_page
from imagecrawler.items import Evidence


def told(html: str) -> Evidence:
    (found,) = parse_page(html, url="https://e.com/dir/page").images
    (evidence,) = found.evidence
    return evidence


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ("width=120 height='60px'", (120, 60)),
        ("width=0 height=0", (0, 0)),
        ("width=100% height=auto", (None, None)),
        ("width=1.5 height=' 7 '", (1, 7)),
        ("style='width: 12px;HEIGHT:13.4px' width=900", (12, 13)),
        ("style='max-width:100px; line-height:20px; width:50%'", (None, None)),
        ("style='height:0'", (None, 0)),
        ("", (None, None)),
    ],
)
def test_sizes_are_those_of_style_and_attributes(
    attributes: str, size: tuple[int | None, int | None]
) -> None:
    found = told(f"<img src=a.jpg {attributes}>")
    assert (found.width_px, found.height_px) == size


def test_landmarks_and_names_are_told_from_the_image_outwards() -> None:
    found = told(
        "<body class=x><main id=top><article class='post big'><div><header class=head>"
        "<img src=a.jpg class=hero id=first></header></div></article></main>"
    )
    assert found.places == ("header", "article", "main")
    assert (found.names, found.around) == ("hero first", ("head", "post big", " top"))
    assert told("<div role=navigation><nav><img src=a.jpg></nav></div>").places == ("nav",)


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ("hidden", True),
        ("style='display : none'", True),
        ("style='position:absolute; left:-9999px'", True),
        ("style='display:block;margin-left:-5px'", False),
    ],
)
def test_an_image_may_be_hidden_by_itself(attributes: str, hidden: bool) -> None:
    assert told(f"<div hidden><img src=a.jpg {attributes}></div>").is_hidden is hidden


def test_the_link_around_it_and_its_renditions_count() -> None:
    found = told("<a href=/p rel='Sponsored nofollow'><img src=a.jpg srcset='b.jpg 2x' alt=' A '>")
    assert (found.link, found.link_rel) == ("https://e.com/p", "sponsored nofollow")
    assert (found.alt, found.has_choice) == (" A ", True)
    assert told("<picture><img src=a.jpg></picture>").has_choice


def test_a_picture_has_the_evidence_of_its_first_places() -> None:
    (found,) = parse_page("<p class=a><img src=a.jpg>" * 30, url="https://e.com/").images
    assert len(found.evidence) == 8
    (linked,) = parse_page("<nav><a href=a.jpg>a</a></nav>", url="https://e.com/").images
    assert linked.evidence == [Evidence(places=("nav",))]
