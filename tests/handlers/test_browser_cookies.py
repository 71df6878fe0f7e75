"""Cookies go to the browser and come back as they were."""

from __future__ import annotations

from http.cookiejar import CookieJar

from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.handlers.browser_cookies import browser_cookies, keep_cookies

NAMES = st.text("abc", min_size=1, max_size=3)
COOKIES = st.fixed_dictionaries(
    {
        "name": NAMES,
        "value": st.text("xyz019=%", max_size=5),
        "domain": st.sampled_from(["a.example", ".a.example", "www.a.example", "127.0.0.1"]),
        "path": st.sampled_from(["/", "/p"]),
        "expires": st.sampled_from([-1, 2_000_000_000]),
        "httpOnly": st.booleans(),
        "secure": st.booleans(),
    },
    optional={"sameSite": st.sampled_from(["Strict", "Lax", "None"])},
)


def facts(cookie):
    return sorted((name, str(value)) for name, value in cookie.items())


@given(st.lists(COOKIES, max_size=8, unique_by=lambda c: (c["name"], c["domain"], c["path"])))
def test_what_the_browser_has_comes_back_to_it(cookies):
    jar = CookieJar()
    keep_cookies(jar, cookies)
    assert len(list(jar)) == len(cookies)

    def seen(url, *domains):
        kept = [cookie for cookie in cookies if cookie["domain"] in domains]
        back = browser_cookies(jar, url)
        assert sorted(map(facts, back)) == sorted(map(facts, kept))

    seen("http://www.a.example/x", "www.a.example", ".a.example")
    seen("https://a.example:444/", "a.example", ".a.example")
    seen("http://127.0.0.1:8000/", "127.0.0.1")
    seen("http://b-a.example/")


def test_a_host_without_a_dot_is_called_what_it_is():
    jar = CookieJar()
    cookie = {"name": "a", "value": "1", "domain": "localhost", "path": "/", "expires": -1}
    keep_cookies(jar, [cookie])
    (kept,) = jar
    assert kept.domain == "localhost.local"  # as http.cookiejar has it, or it would not be sent
    (back,) = browser_cookies(jar, "http://localhost:8000/")
    assert back["domain"] == "localhost"
