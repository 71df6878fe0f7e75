"""What a page with ``upgrade-insecure-requests`` has asked for with https."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.page import parse_page
from imagecrawler.discovery.rendered import rendered_page
from imagecrawler.discovery.upgrading import asks_for_upgrade, secure_url
from imagecrawler.items import Look, ObservedImage

URL = "http://e.com/dir/"
META = "<meta http-equiv='Content-Security-Policy' content='img-src *; Upgrade-Insecure-Requests'>"
BODY = """<link rel=stylesheet href=http://cdn.com/a.css>
  <a href=/next><img src=a.jpg
    srcset='https://e.com/dir/a.jpg 900w, http://cdn.com/b.jpg 1800w'></a>
  <a href=http://other.com/page>x</a><iframe src=http://other.com/frame></iframe>"""


@pytest.mark.parametrize(
    ("policy", "asks"),
    [
        ("upgrade-insecure-requests", True),
        ("default-src 'self';UPGRADE-Insecure-Requests ;", True),
        ("default-src x, upgrade-insecure-requests", True),
        ("report-uri /upgrade-insecure-requests; img-src upgrade-insecure-requests", False),
        ("", False),
    ],
)
def test_the_directive(policy, asks):
    assert asks_for_upgrade([policy]) is asks


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("http://e.com/a?b", "https://e.com/a?b"),
        ("http://e.com:8000/a", "https://e.com:8000/a"),
        ("http://e.com:443/a", "https://e.com/a"),
        ("https://e.com/a", "https://e.com/a"),
        *((f"http://{host}/a",) * 2 for host in ("localhost", "a.localhost:8000", "localhost.")),
        *((f"http://{host}/a",) * 2 for host in ("127.0.0.1:80", "127.9.9.9", "[::1]:8000")),
        ("http://localhost.com/a", "https://localhost.com/a"),
    ],
)
def test_the_url_that_is_asked_for(url, secure):
    assert secure_url(url) == secure


@pytest.mark.parametrize(
    ("html", "policies"),
    [(f"<head>{META}</head>{BODY}", []), (BODY, ["img-src *", "upgrade-insecure-requests"])],
)
def test_images_links_and_sheets(html, policies):
    page = parse_page(html, url=URL, policies=policies)
    (image,) = page.images
    assert [(c.url, c.width_px) for c in image.candidates] == [
        ("https://e.com/dir/a.jpg", 900),
        ("https://cdn.com/b.jpg", 1800),
    ]
    assert image.link == "https://e.com/next"
    assert page.links == ["https://e.com/next", "http://other.com/page", "https://other.com/frame"]
    assert page.style_sheets == ["https://cdn.com/a.css"]
    assert image.id == parse_page("<img src=https://e.com/dir/a.jpg>", url=URL).images[0].id


@pytest.mark.parametrize("html", [BODY, BODY + META, BODY + META.replace("Policy", "Report")])
def test_without_the_policy_in_the_head_nothing_changes(html):
    page = parse_page(html, url=URL)
    assert not page.upgrades
    assert page.images[0].url == "http://e.com/dir/a.jpg"
    assert page.links[0] == "http://e.com/next"


def test_what_scripts_add_is_upgraded_too():
    seen = ObservedImage("css", f"{URL}seen.jpg", URL, "")
    gone = ObservedImage("img", f"{URL}gone.jpg", URL, "<img src=gone.jpg>")
    look = Look("<img src=late.jpg>", URL, URL, observed=[seen, gone], links=["http://e.com/p"])
    static = parse_page(META, url=URL)
    page = rendered_page(static, look)
    names = ("late", "gone", "seen")
    assert [image.url for image in page.images] == [f"https://e.com/dir/{n}.jpg" for n in names]
    assert page.links == ["https://e.com/p"]


@given(st.text(alphabet="htps:/.e[]1%@-0", max_size=30) | st.text())
def test_any_policy_and_any_url_is_a_value(text):
    asks_for_upgrade([text])
    page = parse_page(META + f"<img src='{text}'>", url=URL)
    assert all(image.url.startswith("https://") for image in page.images)
