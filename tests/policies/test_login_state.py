"""Files with cookies: what both formats say, and what is wrong with those that say nothing."""

from __future__ import annotations

import json
from http.cookiejar import MozillaCookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagecrawler.policies.login_state import cookie_of, parse_login_state

NOW = 1_700_000_000.0
HEAD = "# Netscape HTTP Cookie File\n"

COOKIES = st.fixed_dictionaries(
    {
        "name": st.text("abc_", min_size=1, max_size=4),
        "value": st.text("xyz019=% #", min_size=1, max_size=8).map(str.strip).filter(bool),
        "domain": st.sampled_from(["a.example", ".a.example", "127.0.0.1"]),
        "path": st.sampled_from(["/", "/p"]),
        "expires": st.sampled_from([-1, 2_000_000_000]),
        "secure": st.booleans(),
    }
)


def facts(cookie: Any) -> tuple[Any, ...]:
    return (cookie.domain, cookie.path, cookie.name, cookie.value, cookie.secure, cookie.expires)


def storage_state(*cookies: dict[str, Any], **rest: Any) -> str:
    return json.dumps({"cookies": cookies, **rest})


@settings(max_examples=50)
@given(
    st.lists(
        COOKIES, min_size=1, max_size=6, unique_by=lambda c: (c["name"], c["domain"], c["path"])
    )
)
def test_both_formats_say_the_same(fields: list[dict[str, Any]]) -> None:
    expected = {facts(cookie_of(cookie)) for cookie in fields}
    assert {
        facts(c) for c in parse_login_state(storage_state(*fields), now=NOW).cookies
    } == expected
    with TemporaryDirectory() as folder:
        jar = MozillaCookieJar(Path(folder, "cookies.txt"))
        for cookie in fields:
            jar.set_cookie(cookie_of(cookie))
        jar.save(ignore_discard=True)
        text = Path(folder, "cookies.txt").read_text()
    assert {facts(cookie) for cookie in parse_login_state(text, now=NOW).cookies} == expected


def test_what_curl_writes_is_read() -> None:
    text = (
        HEAD + "# https://curl.se/docs/http-cookies.html\n\n"
        "#HttpOnly_.a.example\tTRUE\t/\tTRUE\t0\tsid\tsecret\n"
        "localhost\tFALSE\t/x\tFALSE\t1600000000\told\t1\n"
    )
    state = parse_login_state(text, now=NOW)
    (cookie,), (old,) = state.cookies, state.expired
    assert facts(cookie) == (".a.example", "/", "sid", "secret", True, None)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert (old.name, old.domain, old.path) == ("old", "localhost.local", "/x")


def test_a_storage_state_may_have_no_cookie_but_storage() -> None:
    items = [{"name": "token", "value": "secret"}]
    origin = {"origin": "https://a.example", "localStorage": items}
    state = parse_login_state(storage_state(origins=[origin]), now=NOW)
    assert (state.cookies, state.origins) == ((), (origin,))


GOOD = "a.example\tFALSE\t/\tFALSE\t0\tn\tSECRET\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no cookies.txt"),
        ("<html>SECRET", "no cookies.txt"),
        (GOOD, "first line is # Netscape HTTP Cookie File"),
        (HEAD, "it has no cookie"),
        (HEAD + GOOD + "a.example SECRET\n", "line 3 is no cookie"),
        (HEAD + GOOD.replace("FALSE", "TRUE", 1), "line 2 is no cookie"),
        (HEAD + GOOD.replace("\t0\t", "\tSECRET\t"), "line 2 is no cookie"),
        (HEAD + GOOD.replace("SECRET", "SEC\x01RET"), "'n' has a character"),
        (HEAD + GOOD.replace("\t0\t", "\t1600000000\t"), "expired, the last on 2020-09-13"),
        ("{SECRET", "like JSON and is none"),
        ("[]", "no storage state"),
        ('{"cookies": [{"name": "SECRET"}]}', "no storage state"),
        ('{"cookies": 5}', "no storage state"),
        ('{"origins": [{"origin": "SECRET", "localStorage": []}]}', "no storage state"),
        ('{"origins": [{"origin": "http://a", "localStorage": [1]}]}', "no storage state"),
        ("{}", "it has no cookie"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_without_secrets(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_login_state(text, now=NOW)
    message = str(caught.value)
    assert said in message and "SECRET" not in message and "\n" not in message


@settings(max_examples=50)
@given(st.text(max_size=60), st.sampled_from(["", HEAD, HEAD + GOOD, "{", '{"cookies":']))
def test_no_text_is_an_error_of_ours(text: str, before: str) -> None:
    try:
        parse_login_state(before + text, now=NOW)
    except ValueError as error:
        assert len(str(error).splitlines()) == 1
