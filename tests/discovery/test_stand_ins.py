"""What stands before or behind several pictures of a page makes no one picture of them."""

import pytest

from imagecrawler.discovery.page import parse_page

URL = "https://e.com/"


def shown(html):
    """Return the renditions of each picture, and what it is called."""
    images = parse_page(html, url=URL).images
    return [([c.url.removeprefix(URL) for c in i.candidates], i.description) for i in images]


@pytest.mark.parametrize(
    "written",
    [
        "<a href={0}.jpg><img src=grey.gif alt={0}></a>",
        "<img src=grey.gif data-srcset='{0}.jpg 900w' alt={0}>",
        "<img src=grey.gif data-full={0}.jpg alt={0}>",
        "<picture><source data-srcset={0}.jpg><img src=grey.gif alt={0}></picture>",
    ],
)
def test_a_loading_image_is_no_rendition_of_what_it_stands_for(written):
    found = shown(written.format("a") + written.format("b"))
    assert sorted(found) == [(["a.jpg"], "a"), (["b.jpg"], "b"), (["grey.gif"], None)]


@pytest.mark.parametrize(
    "html",
    [
        "<img src=grey.gif data-srcset='a.jpg 900w'>",
        "<picture><source data-srcset=a.jpg><img src=grey.gif></picture>",
    ],
)
def test_a_drawing_before_a_lazy_set_does_not_give_the_picture_its_identity(html):
    assert [urls for urls, _ in shown(html)] == [["a.jpg"], ["grey.gif"]]
    photo = html.replace("grey.gif", "b.jpg")
    assert [urls for urls, _ in shown(photo)] == [["b.jpg", "a.jpg"]]


def test_what_is_said_each_time_is_said_of_the_stand_in():
    found = shown("".join(f"<a href={n}.jpg><img src=go.png alt=Go></a>" for n in "ab"))
    assert found == [(["a.jpg"], None), (["go.png"], "Go"), (["b.jpg"], None)]


@pytest.mark.parametrize("icon", ["src=save.png", "src=i/zoom-2x.gif", "src=x width=16 height=16"])
def test_an_icon_is_no_rendition_of_the_file_that_it_leads_to(icon):
    name = icon.removeprefix("src=").partition(" ")[0]
    assert shown(f"<a href=a.jpg><img {icon} alt=Save></a>") == [
        ([name], "Save"),
        (["a.jpg"], None),
    ]
    assert shown(f"<a href=a.jpg><img {icon}><img src=t.jpg alt=A></a>") == [
        ([name], None),
        (["t.jpg", "a.jpg"], "A"),
    ]


def test_a_photo_is_no_icon_by_its_name():
    assert shown("<a href=a.jpg><img src=zoom-lens.jpg></a>") == [
        (["zoom-lens.jpg", "a.jpg"], None),
    ]


def test_one_file_behind_many_thumbnails_is_a_picture_of_its_own():
    links = [f"<a href=poster.jpg><img src={n}.jpg></a>" for n in "abc"]
    assert [urls for urls, _ in shown("".join(links))] == [
        *(["a.jpg"], ["b.jpg"], ["c.jpg"], ["poster.jpg"]),
    ]
    assert [urls for urls, _ in shown("".join(links[:2]))] == [
        ["a.jpg", "poster.jpg"],
        ["b.jpg", "poster.jpg"],
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<img src=a.jpg srcset='a.jpg 1x, b.jpg 2x'><img src=a.jpg srcset='a.jpg 1x, c.jpg 3x'>",
        "<img src=a.jpg?w=9 data-full=a.jpg><a href=c.jpg><img src=a.jpg?w=9></a>",
        "<picture><source srcset=a.webp><img src=a.jpg></picture><a href=c.jpg><img src=a.jpg></a>",
        "<a href=big/a.jpg><img src=a.jpg></a><img src=a.jpg data-full=c.jpg>",
        "<a href=c.jpg><img src=a.jpg></a><a href=c.jpg><img src=a.jpg data-full=d.jpg></a>",
    ],
)
def test_one_picture_shown_twice_stays_one(html):
    assert len(shown(html)) == 1


@pytest.mark.parametrize("name", ["data-url", "data-source", "data-image", "file"])
def test_what_may_be_no_image_does_not_take_the_place_of_a_photo(name):
    assert shown(f"<img src=a.jpg alt=A {name}=AFP/Getty>") == [(["a.jpg", "AFP/Getty"], "A")]
    assert shown(f"<img src=tiny.jpg {name}=b.jpg>") == [(["b.jpg"], None), (["tiny.jpg"], None)]
    assert shown(f"<img src=grey.gif {name}=/i/7>") == [(["i/7"], None), (["grey.gif"], None)]
