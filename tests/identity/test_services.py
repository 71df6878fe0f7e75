"""What the table of services says, row by row, and what holds for all of its rows."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.derived import derived_renditions, tells_the_original, url_width
from imagecrawler.identity.pictures import alias_key, image_id, picture_url
from imagecrawler.identity.resizing import Service
from imagecrawler.identity.services import SERVICES
from imagecrawler.identity.urls import host_name


class Row(NamedTuple):
    """What a row's example leads to."""

    picture: str
    width: int | None
    at_1200: list[str]
    original: list[str]


ROWS = {
    "unsplash": Row(
        "https://images.unsplash.com/photo-1413745000559-46fdd2d81cd7",
        300,
        ["https://images.unsplash.com/photo-1413745000559-46fdd2d81cd7?w=1200&fit=max"],
        ["https://images.unsplash.com/photo-1413745000559-46fdd2d81cd7"],
    ),
    "unsplash+": Row(
        "https://plus.unsplash.com/premium_photo-1413745000559-46fdd2d81cd7", 300, [], []
    ),
    "imgix": Row(
        "https://assets.imgix.net/a/photo.jpg",
        300,
        ["https://assets.imgix.net/a/photo.jpg?auto=format&w=1200&fit=max"],
        ["https://assets.imgix.net/a/photo.jpg"],
    ),
    "contentful": Row(
        "https://images.ctfassets.net/space/asset/hash/photo.jpg",
        300,
        ["https://images.ctfassets.net/space/asset/hash/photo.jpg?w=1200"],
        ["https://images.ctfassets.net/space/asset/hash/photo.jpg"],
    ),
    "sanity": Row(
        "https://cdn.sanity.io/images/project/production/abc-2000x3000.jpg",
        300,
        ["https://cdn.sanity.io/images/project/production/abc-2000x3000.jpg?w=1200&fit=max"],
        ["https://cdn.sanity.io/images/project/production/abc-2000x3000.jpg"],
    ),
    "wordpress photon, of an upload": Row(
        "https://i0.wp.com/e.com/wp-content/uploads/2020/01/a.jpg",
        300,
        ["https://i0.wp.com/e.com/wp-content/uploads/2020/01/a.jpg?ssl=1&w=1200"],
        ["https://i0.wp.com/e.com/wp-content/uploads/2020/01/a.jpg?ssl=1"],
    ),
    "wordpress photon": Row(
        "https://i0.wp.com/e.com/a.jpg",
        300,
        ["https://i0.wp.com/e.com/a.jpg?ssl=1&w=1200"],
        ["https://i0.wp.com/e.com/a.jpg?ssl=1"],
    ),
    "wordpress.com": Row(
        "https://e.files.wordpress.com/2020/01/a.jpg",
        300,
        ["https://e.files.wordpress.com/2020/01/a.jpg?w=1200"],
        ["https://e.files.wordpress.com/2020/01/a.jpg"],
    ),
    "wikimedia": Row(
        "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
        250,
        [
            "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/1280px-F.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
        ],
        [
            "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/3840px-F.jpg",
        ],
    ),
    "wikimedia, of a drawing": Row(
        "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.svg",
        250,
        ["https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.svg/1280px-F.svg.png"],
        ["https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.svg/3840px-F.svg.png"],
    ),
    "fandom": Row(
        "https://static.wikia.nocookie.net/w/images/a/ab/F.png/revision/latest?cb=1",
        300,
        [
            "https://static.wikia.nocookie.net/w/images/a/ab/F.png/revision/latest/scale-to-width-down/1200?cb=1"
        ],
        ["https://static.wikia.nocookie.net/w/images/a/ab/F.png/revision/latest?cb=1"],
    ),
    "squarespace": Row(
        "https://images.squarespace-cdn.com/content/v1/site/id/photo.jpg",
        300,
        ["https://images.squarespace-cdn.com/content/v1/site/id/photo.jpg?format=1500w"],
        [
            "https://images.squarespace-cdn.com/content/v1/site/id/photo.jpg?format=original",
            "https://images.squarespace-cdn.com/content/v1/site/id/photo.jpg?format=2500w",
        ],
    ),
    "wix": Row(
        "https://static.wixstatic.com/media/ab_12~mv2.jpg",
        300,
        ["https://static.wixstatic.com/media/ab_12~mv2.jpg"],
        ["https://static.wixstatic.com/media/ab_12~mv2.jpg"],
    ),
    "blogger": Row(
        "https://blogger.googleusercontent.com/img/b/R29/AVvX/photo.jpg",
        320,
        ["https://blogger.googleusercontent.com/img/b/R29/AVvX/w1200/photo.jpg"],
        ["https://blogger.googleusercontent.com/img/b/R29/AVvX/s0/photo.jpg"],
    ),
    "google": Row(
        "https://lh3.googleusercontent.com/abc_DEF",
        600,
        ["https://lh3.googleusercontent.com/abc_DEF=w1200"],
        ["https://lh3.googleusercontent.com/abc_DEF=s0"],
    ),
    "flickr": Row(
        "https://live.staticflickr.com/7372/12502775644",
        240,
        ["https://live.staticflickr.com/7372/12502775644_acfd415fa7_b.jpg"],
        ["https://live.staticflickr.com/7372/12502775644_acfd415fa7_b.jpg"],
    ),
    "flickr, large": Row("https://live.staticflickr.com/7372/12502775644", 1600, [], []),
    "tumblr": Row(
        "https://64.media.tumblr.com/0123/tumblr_abc123.jpg",
        500,
        ["https://64.media.tumblr.com/0123/tumblr_abc123_1280.jpg"],
        ["https://64.media.tumblr.com/0123/tumblr_abc123_1280.jpg"],
    ),
    "medium": Row(
        "https://miro.medium.com/1*abc.jpeg",
        700,
        ["https://miro.medium.com/v2/resize:fit:1200/1*abc.jpeg"],
        ["https://miro.medium.com/v2/1*abc.jpeg"],
    ),
    "medium, original": Row("https://miro.medium.com/1*abc.jpeg", None, [], []),
    "substack": Row(
        "https://bucket.s3.amazonaws.com/a.png",
        300,
        [
            "https://substackcdn.com/image/fetch/w_1200,c_limit,f_auto,q_auto:good/https%3A%2F%2Fbucket.s3.amazonaws.com%2Fa.png"
        ],
        ["https://bucket.s3.amazonaws.com/a.png"],
    ),
    "imagekit, by path": Row(
        "https://ik.imagekit.io/shop/photo.jpg",
        300,
        ["https://ik.imagekit.io/shop/tr:w-1200,c-at_max/photo.jpg"],
        ["https://ik.imagekit.io/shop/photo.jpg"],
    ),
    "imagekit": Row(
        "https://ik.imagekit.io/shop/photo.jpg",
        300,
        ["https://ik.imagekit.io/shop/photo.jpg?tr=w-1200,c-at_max"],
        ["https://ik.imagekit.io/shop/photo.jpg"],
    ),
    "pinterest": Row(
        "https://i.pinimg.com/ab/cd/ef/0123.jpg",
        236,
        [
            "https://i.pinimg.com/originals/ab/cd/ef/0123.jpg",
            "https://i.pinimg.com/736x/ab/cd/ef/0123.jpg",
        ],
        [
            "https://i.pinimg.com/originals/ab/cd/ef/0123.jpg",
            "https://i.pinimg.com/736x/ab/cd/ef/0123.jpg",
        ],
    ),
    "twitter": Row(
        "https://pbs.twimg.com/media/Abc123?format=jpg",
        680,
        [
            "https://pbs.twimg.com/media/Abc123?format=jpg&name=medium",
            "https://pbs.twimg.com/media/Abc123?format=jpg&name=orig",
        ],
        [
            "https://pbs.twimg.com/media/Abc123?format=jpg&name=orig",
            "https://pbs.twimg.com/media/Abc123?format=jpg&name=large",
        ],
    ),
    "amazon": Row(
        "https://m.media-amazon.com/images/I/71abcDEF.jpg",
        300,
        ["https://m.media-amazon.com/images/I/71abcDEF.jpg"],
        ["https://m.media-amazon.com/images/I/71abcDEF.jpg"],
    ),
    "etsy": Row(
        "https://i.etsystatic.com/123/r/il/ab12/456/il.456_abc.jpg",
        570,
        ["https://i.etsystatic.com/123/r/il/ab12/456/il_1588xN.456_abc.jpg"],
        [
            "https://i.etsystatic.com/123/r/il/ab12/456/il_fullxfull.456_abc.jpg",
            "https://i.etsystatic.com/123/r/il/ab12/456/il_1588xN.456_abc.jpg",
        ],
    ),
    "imgur": Row(
        "https://i.imgur.com/abcDE12.jpg",
        320,
        ["https://i.imgur.com/abcDE12.jpg"],
        ["https://i.imgur.com/abcDE12.jpg"],
    ),
    "youtube": Row(
        "https://i.ytimg.com/vi/dQw4w9WgXcQ/.jpg",
        480,
        ["https://i.ytimg.com/vi/dQw4w9WgXcQ/maxresdefault.jpg"],
        ["https://i.ytimg.com/vi/dQw4w9WgXcQ/maxresdefault.jpg"],
    ),
    "ebay": Row(
        "https://i.ebayimg.com/images/g/abcAAOSw/s-l.jpg",
        300,
        ["https://i.ebayimg.com/images/g/abcAAOSw/s-l1200.jpg"],
        ["https://i.ebayimg.com/images/g/abcAAOSw/s-l1600.jpg"],
    ),
    "storyblok": Row(
        "https://a.storyblok.com/f/123/2000x1000/abc/photo.jpg",
        300,
        ["https://a.storyblok.com/f/123/2000x1000/abc/photo.jpg/m/1200x0/filters:no_upscale()"],
        ["https://a.storyblok.com/f/123/2000x1000/abc/photo.jpg"],
    ),
    "webflow": Row(
        "https://cdn.prod.website-files.com/0123/4567_photo.jpg",
        500,
        ["https://cdn.prod.website-files.com/0123/4567_photo.jpg"],
        ["https://cdn.prod.website-files.com/0123/4567_photo.jpg"],
    ),
    "bigcommerce": Row(
        "https://cdn11.bigcommerce.com/s-abc/images/stencil/products/1/2/photo.jpg?c=2",
        300,
        ["https://cdn11.bigcommerce.com/s-abc/images/stencil/1200w/products/1/2/photo.jpg?c=2"],
        ["https://cdn11.bigcommerce.com/s-abc/images/stencil/original/products/1/2/photo.jpg?c=2"],
    ),
    "wordpress": Row(
        "https://e.com/wp-content/uploads/2020/01/a.jpg",
        300,
        ["https://e.com/wp-content/uploads/2020/01/a.jpg"],
        ["https://e.com/wp-content/uploads/2020/01/a.jpg"],
    ),
    "shopify": Row(
        "https://e.com/cdn/shop/files/a.jpg?v=1",
        300,
        ["https://e.com/cdn/shop/files/a.jpg?v=1&width=1200"],
        ["https://e.com/cdn/shop/files/a.jpg?v=1"],
    ),
    "cloudinary": Row(
        "https://res.cloudinary.com/demo/image/upload/v1/a.jpg",
        300,
        ["https://res.cloudinary.com/demo/image/upload/c_limit,w_1200/v1/a.jpg"],
        ["https://res.cloudinary.com/demo/image/upload/v1/a.jpg"],
    ),
    "cloudflare": Row(
        "https://e.com/images/a.jpg",
        300,
        ["https://e.com/cdn-cgi/image/width=1200,fit=scale-down/images/a.jpg"],
        ["https://e.com/images/a.jpg"],
    ),
    "next.js": Row(
        "https://e.com/a.jpg",
        384,
        ["https://e.com/_next/image?url=%2Fa.jpg&q=75&w=1200"],
        ["https://e.com/a.jpg", "https://e.com/_next/image?url=%2Fa.jpg&q=75&w=3840"],
    ),
    "mediawiki": Row(
        "https://e.com/w/images/a/ab/F.jpg",
        300,
        ["https://e.com/w/images/a/ab/F.jpg"],
        ["https://e.com/w/images/a/ab/F.jpg"],
    ),
    "mediawiki, of other kinds": Row("https://e.com/w/images/a/ab/F.svg", 300, [], []),
    "ghost": Row(
        "https://e.com/content/images/2020/01/a.jpg",
        600,
        ["https://e.com/content/images/2020/01/a.jpg"],
        ["https://e.com/content/images/2020/01/a.jpg"],
    ),
    "drupal": Row(
        "https://e.com/sites/default/files/2020/a.jpg",
        None,
        ["https://e.com/sites/default/files/2020/a.jpg"],
        ["https://e.com/sites/default/files/2020/a.jpg"],
    ),
    "magento": Row(
        "https://e.com/media/catalog/product/a/b/c.jpg",
        None,
        ["https://e.com/media/catalog/product/a/b/c.jpg"],
        ["https://e.com/media/catalog/product/a/b/c.jpg"],
    ),
    "mastodon": Row(
        "https://e.com/media_attachments/files/109/123/456/abc.jpg",
        None,
        ["https://e.com/media_attachments/files/109/123/456/original/abc.jpg"],
        ["https://e.com/media_attachments/files/109/123/456/original/abc.jpg"],
    ),
    "akamai": Row(
        "https://e.com/a.jpg",
        300,
        ["https://e.com/a.jpg?imwidth=1200"],
        ["https://e.com/a.jpg?imwidth=5000"],
    ),
    "fastly": Row(
        "https://e.com/a.jpg",
        300,
        ["https://e.com/a.jpg?optimize=medium&width=1200"],
        ["https://e.com/a.jpg"],
    ),
    "any server that resizes by parameter": Row("https://e.com/a.jpg", None, [], []),
}

# page URL, wanted width (None: the original), the first that is asked for
MORE = [
    (
        "https://e.com/cdn/shop/files/a_grande.jpg",
        600,
        "https://e.com/cdn/shop/files/a.jpg?width=600",
    ),
    (
        "https://e.com/wp-content/uploads/a-scaled.jpg",
        None,
        "https://e.com/wp-content/uploads/a.jpg",
    ),
    (
        "https://e.com/blog/wp-content/uploads/a-1-150x150.png",
        600,
        "https://e.com/blog/wp-content/uploads/a-1.png",
    ),
    (
        "https://e.com/_next/image?url=https%3A%2F%2Fcdn.e.com%2Fa.jpg%3Fx%3D1&w=384&q=75",
        None,
        "https://cdn.e.com/a.jpg?x=1",
    ),
    (
        "https://e.com/_next/image?url=%2Fa.jpg&w=384&q=60",
        600,
        "https://e.com/_next/image?url=%2Fa.jpg&q=60&w=640",
    ),
    ("https://e.com/cdn-cgi/image/w=9,f=auto/https://b.com/a.jpg", None, "https://b.com/a.jpg"),
    (
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/300px-F.jpg.webp",
        600,
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/960px-F.jpg.webp",
    ),
    (
        "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/F.jpg/300px-F.jpg",
        5000,
        "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
    ),
    (
        "https://miro.medium.com/max/700/1*abc.png",
        900,
        "https://miro.medium.com/v2/resize:fit:900/1*abc.png",
    ),
    (
        "https://1.bp.blogspot.com/-a/b/s72-c/p.jpg",
        600,
        "https://1.bp.blogspot.com/-a/b/w600/p.jpg",
    ),
    (
        "https://live.staticflickr.com/1/234_abcdef01.jpg",
        600,
        "https://live.staticflickr.com/1/234_abcdef01_z.jpg",
    ),
    (
        "https://m.media-amazon.com/images/M/MV5B@._V1_QL75_UX190_CR0,0,190,281_.jpg",
        600,
        "https://m.media-amazon.com/images/M/MV5B@.jpg",
    ),
    (
        "https://static.wixstatic.com/media/a.jpg/v1/crop/x_0,y_0,w_9,h_9/fill/w_3,h_3/f.jpg",
        600,
        "https://static.wixstatic.com/media/a.jpg",
    ),
    (
        "https://pbs.twimg.com/media/Abc.jpg:small",
        600,
        "https://pbs.twimg.com/media/Abc.jpg?name=small",
    ),
]

# Nothing is asked for: it is the original, or somebody vouched for this very URL.
NOTHING = [
    "https://e.com/a.jpg?w=300",  # nobody knows what that server takes
    "https://e.com/banner-300x250.jpg",
    "https://e.com/wp-content/uploads/a.jpg",
    "https://upload.wikimedia.org/wikipedia/commons/a/ab/F.jpg",
    "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/B.pdf/page3-300px-B.pdf.jpg",
    "https://cdn.shopify.com/s/files/1/a.jpg?v=1",
    "https://res.cloudinary.com/x/image/upload/v1/a.jpg",
    "https://res.cloudinary.com/x/image/upload/w_300,l_logo/a.jpg",
    "https://res.cloudinary.com/x/image/upload/s--aBcDeFgH--/w_300/v1/a.jpg",
    "https://res.cloudinary.com/x/image/authenticated/w_300/v1/a.jpg",
    "https://x.imgix.net/a.jpg?w=300&s=0123456789abcdef0123456789abcdef",
    "https://images.unsplash.com/photo-1413745000559-46fdd2d81cd7?w=3&s=0123456789abcdef0123456789abcdef",
    "https://substackcdn.com/image/fetch/$s_!aBcD!,w_300,c_limit/https%3A%2F%2Fb.com%2Fa.png",
    "https://images-wixmp-ed30a86b8c4ca887773594c2.wixmp.com/f/1/a.jpg/v1/fill/w_3,h_3/a.jpg?token=ey",
    "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg?sqp=-oaymw&rs=AOn4CL",
    "https://ik.imagekit.io/shop/tr:w-300/photo.jpg?ik-t=1&ik-s=0123",
    "https://live.staticflickr.com/7372/12502775644_0123456789_k.jpg",
    "https://e.com/_next/image?w=640&q=75",
    "",
    "https://e.com",
]

SIGNATURES = [
    *("s=0123456789abcdef0123456789abcdef", "token=eyJ0", "sig=1", "Signature=ab", "hmac=0"),
    *(
        "Expires=99",
        "X-Amz-Signature=0",
        "ik-s=0",
        "hash=0",
        "oh=00_A",
        "Policy=e",
        "Key-Pair-Id=K",
    ),
]


def any_service() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


@any_service()
def test_what_a_row_says_of_its_example(service: Service) -> None:
    row, url = ROWS[service.name], service.example
    assert picture_url(url) == row.picture
    assert url_width(url) == row.width
    assert [c.url for c in derived_renditions(url, 1200)] == row.at_1200
    assert [c.url for c in derived_renditions(url, None)] == row.original


@any_service()
def test_a_row_is_alone_under_its_name_and_says_where_it_comes_from(service: Service) -> None:
    assert [s.name for s in SERVICES].count(service.name) == 1
    assert "https://" in service.source
    if service.hosts is not None:
        assert service.hosts.fullmatch(host_name(service.example))


@any_service()
@pytest.mark.parametrize("wanted", [240, 600, 1200, 1600, 9000, None])
def test_all_renditions_are_one_picture_and_lead_to_each_other(
    service: Service, wanted: int | None
) -> None:
    url = service.example
    for found in derived_renditions(url, wanted):
        assert image_id(found.url) == image_id(url)
        assert alias_key(found.url) == alias_key(url)
        assert found.derived_by is not None and found.derived_by.startswith(service.name)
        # What was asked for and is asked from again stays what it is.
        again = derived_renditions(found.url, wanted)
        assert again == () or again[0].url in {c.url for c in derived_renditions(url, wanted)}
        if found.width_px is not None:
            assert found.width_px in (service.sizes or {found.width_px})
            assert url_width(found.url) == found.width_px


@any_service()
@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signed_url_is_left_as_it_is(service: Service, signature: str) -> None:
    mark = "&" if "?" in service.example else "?"
    url = f"{service.example}{mark}{signature}"
    assert derived_renditions(url, 1200) == derived_renditions(url, None) == ()


@pytest.mark.parametrize(("url", "wanted", "first"), MORE)
def test_what_is_asked_for_first(url: str, wanted: int | None, first: str) -> None:
    assert derived_renditions(url, wanted)[0].url == first


@pytest.mark.parametrize("url", NOTHING)
def test_nothing_is_asked_for(url: str) -> None:
    assert derived_renditions(url, 1200) == derived_renditions(url, None) == ()


def test_what_tells_how_wide_the_original_is() -> None:
    shop, upload = "https://e.com/cdn/shop/a.jpg", "https://e.com/wp-content/uploads/a"
    assert tells_the_original(f"{shop}?width=1200", 800, 2000)  # never enlarged: so it is 800 wide
    assert not tells_the_original(f"{shop}?width=1200", 1200, 2000)
    assert tells_the_original(shop, 800, 600)
    assert not tells_the_original(f"{upload}-1300x900.jpg", 640, 480)  # a file with a wrong name
    assert tells_the_original(f"{upload}.jpg", 640, 480)
    # 1200 on the longer edge: a tall picture may be wider elsewhere.
    assert not tells_the_original("https://pbs.twimg.com/media/A?name=medium", 800, 1200)
    assert tells_the_original("https://pbs.twimg.com/media/A?name=medium", 500, 700)
    assert tells_the_original("https://pbs.twimg.com/media/A?name=orig", 500, 700)
    assert not tells_the_original("https://e.com/a.jpg?w=1200", 640, 480)


hosts = st.sampled_from(
    [host_name(service.example) for service in SERVICES if service.hosts] + ["e.com", "127.0.0.1"]
)
pieces = st.sampled_from(
    sorted(
        {piece for s in SERVICES for piece in re.split(r"(?=[/?&=_-])", s.example.split("/", 3)[3])}
        | {"/thumb", "/a/ab", "/300px-F.jpg", "/cdn-cgi/image", "/image/upload/", "%2F", "https%3A"}
    )
)
urls = st.builds("https://{}/{}".format, hosts, st.lists(pieces, max_size=14).map("".join))
near_examples = st.builds(
    lambda service, extra: service.example + "".join(extra),
    st.sampled_from(SERVICES),
    st.lists(pieces, max_size=3),
)


@given(urls | near_examples, st.none() | st.integers(1, 9000))
def test_whatever_the_url_a_derived_one_is_the_same_picture(url: str, wanted: int | None) -> None:
    assert picture_url(picture_url(url)) == picture_url(url)
    for found in derived_renditions(url, wanted):
        assert found.url.startswith(("http://", "https://"))
        assert picture_url(found.url) == picture_url(url)
        assert found.derived_by
    assert (url_width(url) or 1) >= 1


@given(urls | near_examples, st.sampled_from(SIGNATURES), st.none() | st.integers(1, 9000))
def test_whatever_the_url_a_signed_one_is_left_as_it_is(
    url: str, signature: str, wanted: int | None
) -> None:
    assert derived_renditions(f"{url}{'&' if '?' in url else '?'}{signature}", wanted) == ()
