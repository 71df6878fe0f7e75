"""What the answers of well-known interfaces give: one picture, its largest rendition first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.paging.json_items import json_items
from imagecrawler.identity.renditions import choose_candidate
from imagecrawler.items import FoundImage

H = "https://h.e.com"
PEXELS = "https://images.pexels.com/photos/1/p.jpeg"
UNSPLASH = "https://images.unsplash.com/photo-1461749280684-dccba630e2f6"


def images(entry: dict[str, Any]) -> tuple[FoundImage, ...]:
    (item,) = json_items([{"id": 1, **entry}], "https://e.com/api")
    return item.images


def media(name: str, width: int, height: int) -> dict[str, Any]:
    return {"width": width, "height": height, "source_url": f"{H}/{name}"}


def wordpress(width: int, height: int, **sizes: dict[str, Any]) -> dict[str, Any]:
    details = {"width": width, "height": height, "file": "1.jpg", "sizes": sizes}
    featured = {"id": 2, "source_url": f"{H}/1.jpg", "media_details": details}
    return {"link": f"{H}/p/1", "_embedded": {"wp:featuredmedia": [featured]}}


def flickr(**widths: int | None) -> dict[str, Any]:
    urls = {f"url_{size}": f"{H}/1_{size}.jpg" for size in widths}
    stated = {size: width for size, width in widths.items() if width}
    named = {f"width_{size}": str(width) for size, width in stated.items()}
    return {**urls, **named, **{f"height_{size}": width for size, width in stated.items()}}


def attachment(meta: object) -> dict[str, Any]:
    urls = {"url": f"{H}/1.jpg", "preview_url": f"{H}/small/1.jpg"}
    return {"media_attachments": [{"id": "9", "type": "image", **urls, "meta": meta}]}


def reddit(url: str, source: str) -> dict[str, Any]:
    smaller = [
        {"url": f"{source}?width={width}&amp;s=1", "width": width, "height": width * 2 // 3}
        for width in (108, 320)
    ]
    original = {"url": f"{source}?s=2", "width": 640, "height": 427}
    return {
        "thumbnail": f"{H}/t.jpg",
        "thumbnail_width": 140,
        "url_overridden_by_dest": url,
        "preview": {"images": [{"source": original, "resolutions": smaller}]},
        "url": url,
    }


INSTAGRAM = {
    "display_url": f"{H}/1.jpg",
    "dimensions": {"height": 1350, "width": 1080},
    "thumbnail_src": f"{H}/t640.jpg",
    "thumbnail_resources": [
        {"src": f"{H}/t{width}.jpg", "config_width": width, "config_height": width}
        for width in (150, 320, 640)
    ],
}
VERSIONS = [{"url": f"{H}/{px}.jpg", "width": px, "height": px} for px in (320, 1440, 720)]


@pytest.mark.parametrize(
    ("entry", "own", "fetched"),
    [
        pytest.param(
            wordpress(
                3000,
                2000,
                medium=media("1-300x200.jpg", 300, 200),
                thumbnail=media("1-150x150.jpg", 150, 150),
                **{"post-thumbnail": media("1-1568x1045.jpg", 1568, 1045)},
                full=media("1.jpg", 3000, 2000),
            ),
            f"{H}/1.jpg",
            f"{H}/1-1568x1045.jpg",
            id="wordpress",
        ),
        pytest.param(
            wordpress(640, 420, thumbnail=media("1-150x150.jpg", 150, 150)),
            f"{H}/1.jpg",
            f"{H}/1.jpg",
            id="wordpress, small",
        ),
        pytest.param(
            flickr(sq=75, n=320, z=640, c=800, h=1600, o=4000),
            f"{H}/1_o.jpg",
            f"{H}/1_h.jpg",
            id="flickr",
        ),
        pytest.param(
            flickr(o=None, s=240), f"{H}/1_o.jpg", f"{H}/1_o.jpg", id="flickr, not all stated"
        ),
        pytest.param(
            attachment({"original": {"width": 640}, "small": {"width": 400}, "focus": {"x": 1}}),
            f"{H}/1.jpg",
            f"{H}/1.jpg",
            id="mastodon",
        ),
        pytest.param(attachment(None), f"{H}/1.jpg", f"{H}/1.jpg", id="pixelfed"),
        pytest.param(
            reddit("https://i.redd.it/1.jpg", "https://preview.redd.it/1.jpg"),
            "https://i.redd.it/1.jpg",
            "https://i.redd.it/1.jpg",
            id="reddit",
        ),
        pytest.param(
            {
                "image_width": 640,
                "image_height": 420,
                "source": "https://i.pximg.net/x.jpg",
                "file_url": f"{H}/1.jpg",
                "large_file_url": f"{H}/sample-1.jpg",
                "preview_file_url": f"{H}/p1.jpg",
            },
            f"{H}/1.jpg",
            f"{H}/1.jpg",
            id="danbooru",
        ),
        pytest.param(
            {
                "width": 3000,
                "height": 2000,
                "file_url": f"{H}/1.jpg",
                "sample_url": f"{H}/s1.jpg",
                "sample_width": 1300,
                "preview_url": f"{H}/p1.jpg",
                "preview_width": 250,
            },
            f"{H}/1.jpg",
            f"{H}/s1.jpg",
            id="gelbooru",
        ),
        pytest.param(INSTAGRAM, f"{H}/1.jpg", f"{H}/1.jpg", id="instagram, web"),
        pytest.param(
            {"image_versions2": {"candidates": VERSIONS}},
            f"{H}/1440.jpg",
            f"{H}/1440.jpg",
            id="instagram, app",
        ),
        pytest.param(
            {
                "width": 4000,
                "height": 3000,
                "urls": {
                    "raw": f"{UNSPLASH}?ixid=1",
                    "full": f"{UNSPLASH}?ixid=1&q=80",
                    "regular": f"{UNSPLASH}?ixid=1&w=1080",
                    "small": f"{UNSPLASH}?ixid=1&w=400",
                    "thumb": f"{UNSPLASH}?ixid=1&w=200",
                },
            },
            f"{UNSPLASH}?ixid=1",
            f"{UNSPLASH}?w=1200&fit=max",
            id="unsplash",
        ),
        pytest.param(
            {
                "width": 1000,
                "height": 700,
                "src": {
                    "original": PEXELS,
                    "large2x": f"{PEXELS}?dpr=2&h=650&w=940",
                    "medium": f"{PEXELS}?h=350",
                    "portrait": f"{PEXELS}?fit=crop&h=1200&w=800",
                    "tiny": f"{PEXELS}?fit=crop&h=200&w=280",
                },
            },
            PEXELS,
            PEXELS,
            id="pexels",
        ),
        pytest.param(
            {
                "previewURL": f"{H}/1_150.jpg",
                "previewWidth": 150,
                "webformatURL": f"{H}/1_640.jpg",
                "webformatWidth": 640,
                "largeImageURL": f"{H}/1_1280.jpg",
                "imageWidth": 4000,
            },
            f"{H}/1_1280.jpg",
            f"{H}/1_1280.jpg",
            id="pixabay",
        ),
        pytest.param(
            {"images": [{"id": "c", "width": 640, "height": 420, "link": f"{H}/1.jpg"}]},
            f"{H}/1.jpg",
            f"{H}/1.jpg",
            id="imgur",
        ),
        pytest.param(
            {"media": {"small": f"{H}/s.jpg", "large": f"{H}/l.jpg"}},
            f"{H}/l.jpg",
            f"{H}/l.jpg",
            id="names alone",
        ),
        pytest.param(
            {"url": f"{H}/1.jpg", "hdurl": f"{H}/hd.jpg"}, f"{H}/hd.jpg", f"{H}/hd.jpg", id="hd"
        ),
    ],
)
def test_a_picture_is_fetched_and_not_its_thumbnail(
    entry: dict[str, Any], own: str, fetched: str
) -> None:
    (image,) = images(entry)
    assert image.url == own
    chosen = choose_candidate(image.candidates, (600, 1200))
    assert chosen is not None and chosen.url == fetched


SIZES = {"thumb": 150, "small": 400, "medium": 700, "large": 1100, "original": 3000}


@given(
    st.permutations(list(SIZES)).flatmap(
        lambda names: st.sampled_from([names[:n] for n in (2, 3, 5)])
    ),
    st.sets(st.sampled_from(sorted(SIZES))),
    st.booleans(),
)
def test_the_largest_by_name_is_the_picture_whatever_is_stated(
    names: list[str], stated: set[str], flat: bool
) -> None:
    if flat:
        entry: dict[str, Any] = {f"{name}_url": f"{H}/{name}.jpg" for name in names}
        entry |= {f"{name}_width": SIZES[name] for name in names if name in stated}
    else:
        entry = {
            name: {"src": f"{H}/{name}.jpg", **({"w": SIZES[name]} if name in stated else {})}
            for name in names
        }
    (image,) = images(entry)
    largest = f"{H}/{max(names, key=lambda name: SIZES[name])}.jpg"
    assert [image.url, len(image.candidates)] == [largest, len(names)]
    chosen = choose_candidate(image.candidates, ("original",))
    assert chosen is not None and chosen.url == largest
    second = choose_candidate(image.candidates, ("original",), [largest])
    assert second is not None and second.url != largest


MASTODON_ACCOUNT = {"avatar": f"{H}/av.jpg", "header": f"{H}/h.jpg"}
ASIDE: list[dict[str, Any]] = [
    {"account": MASTODON_ACCOUNT, "emojis": [{"url": f"{H}/e.png", "static_url": f"{H}/e.png"}]},
    {"_embedded": {"author": [{"name": "Jo", "avatar_urls": {"24": f"{H}/24.jpg"}}]}},
    {"all_awardings": [{"icon_url": f"{H}/a.png", "resized_icons": [{"url": f"{H}/16.png"}]}]},
    {"trail": [{"blog": {"theme": {"header_image": f"{H}/h.jpg"}}}]},
    {"reblog": {"account": MASTODON_ACCOUNT}},
]


@pytest.mark.parametrize("aside", ASIDE)
def test_people_and_emoji_are_no_pictures_of_an_item(aside: dict[str, Any]) -> None:
    assert images(aside) == ()
    (image,) = images({**aside, "width": 800, "image_url": f"{H}/1.jpg"})
    assert (image.url, image.candidates[0].width_px) == (f"{H}/1.jpg", 800)


@pytest.mark.parametrize("portrait", ["avatar_url", "profile_image_url", "userImageURL"])
def test_a_portrait_is_the_picture_of_an_item_that_has_nothing_else(portrait: str) -> None:
    (image,) = images({"login": "jo", portrait: f"{H}/jo.jpg"})
    assert image.evidence[0].names == portrait
    for shown in ({"photo": f"{H}/1.jpg"}, {"body": f"<img src={H}/1.jpg>"}):
        assert [i.url for i in images({portrait: f"{H}/jo.jpg", **shown})] == [f"{H}/1.jpg"]


def test_a_crop_is_no_size_and_colours_are_no_sizes() -> None:
    (image,) = images({"url": f"{H}/1.jpg", "thumb": f"{H}/t.jpg", "crop": {"width": 9, "x": 1}})
    assert (image.url, image.candidates[0].width_px) == (f"{H}/1.jpg", None)
    assert len(images({"variants": {"red": f"{H}/1.jpg", "blue": f"{H}/2.jpg"}})) == 2


def test_photos_by_users_are_pictures() -> None:
    assert len(images({"user_photos": [f"{H}/1.jpg", f"{H}/2.jpg"]})) == 2
