"""One picture has one id, whichever of its renditions is seen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.pictures import (
    alias_key,
    derived_id,
    id_shape,
    image_id,
    is_image_file,
    native_id,
    picture_url,
)

ID = "1413745000559-46fdd2d81cd7"

SAME = [
    (
        f"https://images.unsplash.com/photo-{ID}?w=300&ixid=a",
        f"https://images.unsplash.com/photo-{ID}",
    ),
    ("https://x.imgix.net/a.jpg?w=3&h=4&s=5&page=2", "https://x.imgix.net/a.jpg?page=2"),
    ("https://i0.wp.com/e.com/a.jpg?resize=3%2C4&ssl=1", "https://i0.wp.com/e.com/a.jpg"),
    ("https://e.com/wp-content/uploads/a-300x200.jpg", "https://e.com/wp-content/uploads/a.jpg"),
    ("https://e.com/wp-content/uploads/a-scaled.jpg", "https://e.com/wp-content/uploads/a.jpg"),
    (
        "https://cdn.shopify.com/s/files/1/a_600x.jpg?v=1",
        "https://cdn.shopify.com/s/files/1/a.jpg?v=1",
    ),
    ("https://e.com/cdn/shop/a_grande.png", "https://e.com/cdn/shop/a.png"),
    ("https://e.com/cdn/shop/a.png?width=600", "https://e.com/cdn/shop/a.png"),
    (
        "https://res.cloudinary.com/x/image/upload/w_300,h_200/f_auto/v1/a.jpg",
        "https://res.cloudinary.com/x/image/upload/v1/a.jpg",
    ),
    (
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/300px-F.jpg",
        "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
    ),
    ("https://e.com/a.jpg?width=300&q=80&fit=crop&id=1", "https://e.com/a.jpg?id=1"),
    ("https://e.com/_next/image?url=%2Fa&w=640&q=75", "https://e.com/a"),
]

DIFFERENT = [
    "https://e.com/image?w=300",  # Nothing else says which.
    "https://e.com/a.jpg?w=cats",
    "https://e.com/search.jpg?q=dogs",
    "https://e.com/banner-300x250.jpg",  # Not a WordPress path.
    "https://res.cloudinary.com/x/image/upload/w_300,l_logo/a.jpg",  # An overlay.
    "https://e.com/w/thumb/a/ab/B.pdf/page3-300px-B.pdf.jpg",  # A page of a document.
]

urls = st.builds(
    "https://{}/{}{}{}?{}".format,
    st.sampled_from(
        ["e.com", "images.unsplash.com", "x.imgix.net", "cdn.shopify.com", "i0.wp.com"]
    ),
    st.sampled_from(
        ["", "wp-content/uploads/", "s/files/1/", "image/upload/w_3/c_fill/", "cdn/shop/"]
    ),
    st.lists(
        st.sampled_from(
            ["a", "-30x40", "_600x", "_large", "-scaled", "thumb/a/ab/", "/30px-", "w_3/"]
        ),
        max_size=6,
    ).map("".join),
    st.sampled_from(["", ".jpg", ".PNG", "/"]),
    st.lists(
        st.sampled_from(["w=3", "h=4", "id=1", "fit=crop", "q=7", "q=dog", "size=3x4", "utm_a=1"]),
        max_size=5,
    ).map("&".join),
)


@pytest.mark.parametrize(("url", "picture"), SAME)
def test_renditions_share_one_identity(url, picture):
    assert picture_url(url) == picture
    assert image_id(url) == image_id(picture)
    assert alias_key(url) == alias_key(picture)


@pytest.mark.parametrize("url", DIFFERENT)
def test_what_may_name_another_picture_stays(url):
    assert picture_url(url) == url


@given(urls)
def test_identity_is_idempotent_and_well_shaped(url):
    assert picture_url(picture_url(url)) == picture_url(url)
    assert re.fullmatch(r"[0-9]{13}-[0-9a-f]{12}", derived_id(url))
    assert derived_id(url) == derived_id(picture_url(url))
    assert 0 <= alias_key(url) < 2**64


def test_native_ids():
    assert native_id(f"https://images.unsplash.com/photo-{ID}?w=1") == ID
    assert native_id(f"https://plus.unsplash.com/premium_photo-{ID}") == ID
    assert native_id(f"https://images.unsplash.com/photo-{ID}0") is None
    assert native_id(f"https://e.com/photo-{ID}") is None
    assert image_id(f"https://images.unsplash.com/photo-{ID}?w=1") == ID


def test_id_shape():
    assert id_shape(f"https://e.com/x/photo-{ID}.jpg?y") == ID
    assert id_shape(f"https://e.com/?{ID}") is None
    assert id_shape(f"https://e.com/1{ID}") is None


def test_ids_spread_over_folders():
    folders = {image_id(f"https://e.com/{n}.jpg")[:4] for n in range(20_000)}
    assert len(folders) > 8_000


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://e.com/a.JPG?x", True),
        ("https://e.com/a.webp", True),
        ("https://e.com/a.jpg.html", False),
        ("https://e.jpg/", False),
        ("https://e.jpg", False),
        ("https://e.com/?a.jpg", False),
        ("https://e.com/wiki/File:A.jpg", False),
    ],
)
def test_is_image_file(url, answer):
    assert is_image_file(url) is answer
