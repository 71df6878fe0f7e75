"""Only listed characters become part of a path."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.security.paths import is_safe_id, is_safe_suffix


@pytest.mark.parametrize("text", ["photo-1413745000559-46fdd2d81cd7", "a", "_x", "-x", "Z" * 128])
def test_ids(text):
    assert is_safe_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../x",
        ".hidden",
        "a.b",
        "a/b",
        "a\\b",
        "a\n",
        "a\0",
        "a b",
        "é",
        "١",
        "Z" * 129,
    ],
)
def test_what_is_no_id(text):
    assert not is_safe_id(text)


@pytest.mark.parametrize("text", ["jpg", "webp", "png", "avif", "gif", "v6"])
def test_suffixes(text):
    assert is_safe_suffix(text)


@pytest.mark.parametrize("text", ["", ".jpg", "tar.gz", "JPG", "jpg\n", "jpg/", "a" * 9, "j pg"])
def test_what_is_no_suffix(text):
    assert not is_safe_suffix(text)


@given(st.one_of(st.text(), st.from_regex(r"[\w./\\-]{1,8}", fullmatch=True)))
def test_a_safe_name_stays_in_its_folder(text):
    for is_safe in (is_safe_id, is_safe_suffix):
        if is_safe(text):
            assert os.path.normpath(os.path.join("/store", text)) == f"/store/{text}"
            assert text.isascii()
