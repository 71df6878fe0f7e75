from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.identity.licences import licence_of

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        (f"{CC}/licenses/by-sa/4.0/", f"{CC}/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        (
            "http://creativecommons.org/licenses/by-sa/4.0/deed.de",
            f"{CC}/licenses/by-sa/4.0/",
            "CC-BY-SA-4.0",
        ),
        (
            "https://www.creativecommons.org/licenses/by/2.0",
            f"{CC}/licenses/by/2.0/",
            "CC-BY-2.0",
        ),
        (
            f"{CC}/licenses/by-nc-nd/3.0/de/",
            f"{CC}/licenses/by-nc-nd/3.0/de/",
            "CC-BY-NC-ND-3.0-DE",
        ),
        (f"{CC}/licenses/by/3.0/igo", f"{CC}/licenses/by/3.0/igo/", "CC-BY-3.0-IGO"),
        (f"{CC}/publicdomain/zero/1.0/", f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        (
            f"{CC}/publicdomain/mark/1.0/deed.en",
            f"{CC}/publicdomain/mark/1.0/",
            "CC-PDM-1.0",
        ),
        (f"{CC}/licenses/publicdomain/", f"{CC}/licenses/publicdomain/", "CC-PDDC"),
        ("CC BY-SA 4.0", f"{CC}/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("cc-by-nc 2.5", f"{CC}/licenses/by-nc/2.5/", "CC-BY-NC-2.5"),
        ("CC0", f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC BY", None, "CC-BY"),
        (
            "Creative Commons Attribution-NonCommercial-ShareAlike 3.0 Unported",
            f"{CC}/licenses/by-nc-sa/3.0/",
            "CC-BY-NC-SA-3.0",
        ),
        (
            "This work is under a Creative Commons Attribution-NoDerivatives 4.0 licence",
            f"{CC}/licenses/by-nd/4.0/",
            "CC-BY-ND-4.0",
        ),
        ("https://pics.example/terms", "https://pics.example/terms", None),
        ("/terms#use", "https://site.example/terms", None),
        ("All rights reserved", None, None),
        ("GFDL", None, None),
        # Not the address of a licence, though on the host.
        (f"{CC}/about/", f"{CC}/about/", None),
    ],
)
def test_an_address_or_a_phrase_is_a_url_and_a_name(
    text: str, url: str | None, name: str | None
) -> None:
    licence = licence_of(f"  {text} ", "https://site.example/page")
    assert licence is not None
    assert (licence.stated, licence.url, licence.name) == (text, url, name)


@given(st.text(max_size=300))
def test_any_text_is_a_licence_or_none(text: str) -> None:
    licence = licence_of(text)
    assert (licence is None) == (not text.split())
    if licence is not None and licence.name is not None and licence.url is not None:
        again = licence_of(licence.url)
        assert again is not None
        assert (again.url, again.name) == (licence.url, licence.name)
