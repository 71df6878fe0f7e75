"""Pages in every encoding, stated rightly, wrongly and not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.discovery.charset import page_text
from imagecrawler.discovery.page import parse_page


@pytest.mark.parametrize(
    ("text", "codec", "header", "meta"),
    [
        ("é日", "utf-8-sig", "iso-8859-1", "koi8-r"),
        ("\ufeffé日", "utf-16-le", "utf-8", None),
        ("\ufeffé日", "utf-16-be", None, None),
        ("é日", "utf-16-le", "utf-16", None),
        ("é日", "utf-16-be", "utf-16be", None),
        ("“q” €", "cp1252", "iso-8859-1", None),
        ("é€", "cp1252", "us-ascii", None),
        ("Привет", "cp1251", '"windows-1251"', "utf-8"),
        ("Привет ї", "koi8-u", None, "KOI8-U"),
        ("ğ", "cp1254", None, "iso-8859-9"),
        ("镕 € 😀", "gb18030", None, "gb2312"),
        ("①髙 日本", "cp932", None, "Shift_JIS"),
        ("日本", "euc-jp", None, "euc-jp"),
        ("日本", "euc-jp", "x-euc-jp", None),
        ("שלום", "iso-8859-8", None, "iso-8859-8-i"),
        ("Привет", "cp1251", None, "x-cp1251"),
        ("é日", "utf-16-le", "unicode", None),
        ("é日", "utf-8", None, "unicode"),
        ("똠방각하", "cp949", None, "ks_c_5601-1987"),
        ("嘅喺", "big5hkscs", None, "big5"),
        ("é日", "utf-8", None, "utf-16"),
        ("é日", "utf-8", "nonsense", "nonsense"),
        ("é日", "utf-8", None, None),
        ("é€", "cp1252", None, None),
        ("é€", "cp1252", None, "x-user-defined"),
        *(("é日", "utf-8", None, label) for label in ("base64", "idna", "undefined", "bz2", "hex")),
        ("caf\ufffd", "utf-8", "utf-8", None),
    ],
)
def test_encodings(text: str, codec: str, header: str | None, meta: str | None) -> None:
    html = f"<p>{text}</p>" if meta is None else f"<meta charset={meta}><p>{text}</p>"
    if text.startswith("\ufeff"):
        html = f"\ufeff<p>{text[1:]}</p>"
    content_type = f"text/html; charset={header}" if header else None
    assert page_text(html.encode(codec), content_type) == html.removeprefix("\ufeff")


def test_a_wrong_label_costs_the_letters_that_it_is_wrong_about() -> None:
    body = "<img src=a.jpg alt=Café>".encode("cp1252")
    assert page_text(body, "text/html; charset=utf-8") == "<img src=a.jpg alt=Caf\ufffd>"


@given(st.binary(), st.none() | st.text())
def test_any_bytes_are_a_page(body: bytes, content_type: str | None) -> None:
    page_text(body, content_type)
    page_text(b"<meta charset=" + body)


@pytest.mark.parametrize("element", ["<title/>", '<script src="a.js" />', "<style type='a'/>"])
def test_elements_that_xhtml_ends_with_a_slash_hide_nothing(element: str) -> None:
    body = f"<html><head>{element}</head><body><img src='/a.jpg'/></body></html>".encode()
    for kind in ("application/xhtml+xml; charset=utf-8", "text/xml"):
        assert len(parse_page(page_text(body, kind), url="https://e.com/").images) == 1
    assert page_text(body, "text/html") == body.decode()
