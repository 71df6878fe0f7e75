from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagecrawler.exceptions import SettingError
from imagecrawler.imaging.rules import parse_format
from imagecrawler.imaging.widths import (
    bucket_widths,
    buckets_in_write_order,
    height_at,
    parse_widths,
    smallest_bucket,
)

widths = st.lists(st.integers(1, 5_000), min_size=1, max_size=6)
native = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("native_px", "wanted", "expected"),
    [
        (800, [600, 1200], [600]),
        (300, [600, 1200], [600]),
        (600, [600, 1200], [600]),
        (1200, [1200, 600], [600, 1200]),
        (1, [600], [600]),
    ],
)
def test_bucket_widths(native_px, wanted, expected):
    assert bucket_widths(native_px, wanted) == expected


@given(native, widths)
def test_an_image_is_never_enlarged_and_never_without_the_smallest(native_px, wanted):
    result = bucket_widths(native_px, wanted)
    assert result == sorted(set(result))
    assert result[0] == min(wanted)
    assert set(result[1:]) == {width for width in wanted if min(wanted) < width <= native_px}


@pytest.mark.parametrize(("native_px", "wanted"), [(0, [600]), (10, []), (10, [0]), (10, [-1, 5])])
def test_impossible_widths_are_our_bug(native_px, wanted):
    with pytest.raises(ValueError, match="widths"):
        bucket_widths(native_px, wanted)


@given(native, widths, st.booleans())
def test_the_smallest_bucket_is_written_last(native_px, wanted, original):
    buckets = parse_widths([*wanted, "original"] if original else wanted)
    order = buckets_in_write_order(native_px, buckets)
    assert order[-1] == smallest_bucket(buckets)
    assert ("original" in order) == original
    assert len(order) == len(set(order))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("600,1200", (600, 1200)),
        (" 1200 , 600,600", (600, 1200)),
        ([1200, 600], (600, 1200)),
        (["600", "original"], (600, "original")),
        ("original,600", (600, "original")),
        ("Original", ("original",)),
        (600, (600,)),
        ("600,", (600,)),
    ],
)
def test_parse_widths(value, expected):
    assert parse_widths(value) == expected


@pytest.mark.parametrize(
    "value", ["", [], "abc", "600,abc", "0", "-5", "1.5", "70000", None, [True], "²", {}]
)
def test_a_wrong_width_is_named(value):
    with pytest.raises(SettingError, match="IMAGES_WIDTHS=") as caught:
        parse_widths(value)
    assert repr(value) in str(caught.value)


@given(st.text())
def test_any_text_is_widths_or_an_error(text):
    with suppress(SettingError):
        assert parse_widths(text)


def test_smallest_bucket():
    assert smallest_bucket((600, 1200, "original")) == 600
    assert smallest_bucket(("original",)) == "original"


@given(native, native, st.integers(1, 5_000))
def test_heights_are_rounded_to_nearest_and_never_zero(width, height, wanted):
    result = height_at(wanted, (width, height))
    assert result >= 1
    assert result == 1 or abs(result - height * wanted / width) <= 0.5
    assert height_at(width, (width, height)) == height


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), ("", None), ("JPG", "jpeg"), (".webp", "webp"), ("png", "png")],
)
def test_parse_format(value, expected):
    assert parse_format(value) == expected


def test_a_wrong_format_is_named():
    with pytest.raises(SettingError, match="IMAGES_FORMAT='gif'"):
        parse_format("gif")
