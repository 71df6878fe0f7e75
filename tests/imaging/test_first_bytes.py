"""What the first bytes of a file say is never taken back by the whole of it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from specimens import encode, png_header, quadrants, rotated_jpeg, with_hole

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.first_bytes import (
    LEAST_SAVED_BYTES,
    BodyWatch,
    facts_of,
    is_plainly_wanted,
    rejection_of,
)
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import DECODERS, KINDS, open_source
from imagecrawler.policies import content_filter
from imagecrawler.policies.content_filter import ContentFilter, ImageFacts


def with_orientation(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(quadrants(), kind, exif=exif)


def gif_larger_than_its_screen() -> bytes:
    body = bytearray(encode(quadrants().quantize(16), "GIF"))
    body[6:10] = struct.pack("<HH", 7, 5)
    return bytes(body)


def animated(kind: str) -> bytes:
    frames = [quadrants(), quadrants().rotate(180)]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)


def tiff_with_its_directory_first() -> bytes:
    """Pillow writes it behind nothing but eight bytes: the pixels follow."""
    return encode(quadrants(), "TIFF")


def tiff_with_its_directory_last() -> bytes:
    body = encode(quadrants(), "TIFF", compression="tiff_lzw")
    assert struct.unpack("<L", body[4:8])[0] > len(body) // 2
    return body


def padded_jpeg(padding: int, orientation: int = 1) -> bytes:
    """A JPEG with so much metadata before its size."""
    body = rotated_jpeg(quadrants(), orientation)
    comment = b"\xff\xfe" + struct.pack(">H", 60_002) + bytes(60_000)
    return body[:2] + comment * (padding // 60_000) + body[2:]


SPECIMENS = {
    "jpeg": encode(quadrants(), "JPEG"),
    "jpeg progressive": encode(quadrants(), "JPEG", progressive=True),
    **{f"jpeg turned {turn}": rotated_jpeg(quadrants(), turn) for turn in (3, 6, 8)},
    "jpeg with a second picture": animated("MPO"),
    "jpeg with much before its size": padded_jpeg(60_000, 6),
    "png": encode(with_hole(), "PNG"),
    "png turned": with_orientation("PNG", 6),
    "png animated": animated("PNG"),
    "gif": encode(quadrants().quantize(16), "GIF"),
    "gif animated": animated("GIF"),
    "gif larger than its screen": gif_larger_than_its_screen(),
    "webp": encode(quadrants(), "WEBP"),
    "webp lossless": encode(with_hole(), "WEBP", lossless=True),
    "webp turned": with_orientation("WEBP", 6),
    "webp animated": animated("WEBP"),
    "avif": encode(quadrants(), "AVIF"),
    "avif alpha": encode(with_hole(), "AVIF"),
    "avif turned": with_orientation("AVIF", 6),
    "avif animated": animated("AVIF"),
    "bmp": encode(quadrants(), "BMP"),
    "tiff": tiff_with_its_directory_first(),
    "tiff, directory last": tiff_with_its_directory_last(),
    "tiff turned": with_orientation("TIFF", 6),
    "tiff big endian": encode(quadrants().convert("I;16"), "TIFF"),
    "html": b"<!doctype html><title>Not found</title>" + b"<p>Sorry</p>" * 100,
    "mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + bytes(500),
    "heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500),
    "pdf": b"%PDF-1.7\n" + bytes(500),
    "zeros": bytes(600),
}

FILTERS = st.one_of(
    st.just(ContentFilter()),
    st.builds(
        ContentFilter, kinds=st.frozensets(st.sampled_from(content_filter.KINDS), min_size=1)
    ),
    *(
        st.builds(ContentFilter, **{name: st.integers(0, 100)})
        for name in ("min_width", "min_height", "max_width", "max_height")
    ),
    st.builds(ContentFilter, min_width=st.integers(0, 90), max_height=st.integers(50, 90)),
    st.builds(ContentFilter, min_aspect=st.floats(0, 2)),
    st.builds(ContentFilter, max_aspect=st.floats(0.1, 2)),
    st.builds(ContentFilter, max_pixels=st.integers(1, 9000)),
    st.builds(ContentFilter, max_bytes=st.integers(0, 100_000)),
    st.builds(ContentFilter, min_bytes=st.integers(0, 100_000)),
)


def whole_rejection(body: bytes, wanted: ContentFilter) -> ImageRejectedError | None:
    values = {name: getattr(wanted, name) for name in ContentFilter.__slots__}
    try:
        open_source(body, ImageRules((40,), **values))
    except ImageRejectedError as error:
        return error
    return None


@settings(max_examples=600)
@given(st.sampled_from(sorted(SPECIMENS)), st.integers(16, 4000), FILTERS, st.booleans())
def test_no_first_bytes_reject_what_the_whole_file_passes(
    name: str, size: int, wanted: ContentFilter, says_its_length: bool
) -> None:
    body = SPECIMENS[name]
    facts = facts_of(body[:size])
    if facts is not None and says_its_length:
        facts = ImageFacts(facts.format, facts.width, facts.height, len(body), facts.turnable)
    early = rejection_of(facts, wanted)
    if early is None:
        return
    assert whole_rejection(body, wanted) is not None, f"{early} {early.facts}"


@settings(max_examples=300)
@given(
    st.sampled_from([name for name in sorted(SPECIMENS) if name.startswith("jpeg")]),
    st.integers(0, 4000),
    FILTERS,
    st.booleans(),
)
def test_a_jpeg_that_is_plainly_wanted_passes_as_a_whole(
    name: str, size: int, wanted: ContentFilter, says_its_length: bool
) -> None:
    body = SPECIMENS[name]
    if is_plainly_wanted(body[:size], len(body) if says_its_length else None, wanted):
        whole = whole_rejection(body, wanted)
        assert whole is None or (not says_its_length and "bytes" in str(whole))


def test_the_usual_jpeg_is_plainly_wanted_and_nothing_else_is() -> None:
    plain = {n for n in SPECIMENS if is_plainly_wanted(SPECIMENS[n][:1400], None, ContentFilter())}
    assert plain == {n for n in SPECIMENS if n.startswith("jpeg")} - {
        "jpeg with much before its size"
    }


@pytest.mark.parametrize("name", sorted(SPECIMENS))
def test_every_prefix_of_every_specimen_tells_the_size_or_nothing(name: str) -> None:
    body = SPECIMENS[name]
    try:
        source = open_source(body, ImageRules((40,)))
    except ImageRejectedError:
        assert facts_of(body) is None or facts_of(body).width is None
        assert all(facts_of(body[:n]) == facts_of(body[:16]) for n in range(16, len(body), 7))
        return
    sizes = {(source.width, source.height)}
    for size in (*range(16, len(body), 1 if len(body) < 5_000 else 97), len(body)):
        facts = facts_of(body[:size])
        assert facts is not None and facts.format == source.kind
        if facts.width is not None:
            turned = {(h, w) for w, h in sizes} if facts.turnable else set()
            assert (facts.width, facts.height) in sizes | turned, size
    # AVIF films have a size of their own; imagesize 2.0.1 takes irot for a box with a version.
    assert facts.width is not None or name in ("avif animated", "avif turned")


def test_the_usual_size_is_in_the_first_look() -> None:
    big = quadrants(1600, 1200)
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "AVIF", "GIF"):
        body = encode(big.quantize(16) if kind == "GIF" else big, kind)
        facts = facts_of(body[:1400])
        assert facts is not None and {facts.width, facts.height} == {1600, 1200}, kind


def test_a_bomb_is_known_by_its_header() -> None:
    bomb = facts_of(png_header(60_000, 60_000))
    assert bomb is not None and (bomb.width, bomb.height) == (60_000, 60_000)
    found = rejection_of(bomb, ContentFilter())
    assert found is not None and found.reason == "too-large"


def test_the_kinds_of_the_filter_are_the_decoders() -> None:
    kinds = tuple(KINDS.get(name, name.lower()) for name in DECODERS)
    assert (*kinds, "svg") == content_filter.KINDS


@settings(max_examples=300)
@given(st.binary(max_size=600), st.sampled_from([body[:12] for body in SPECIMENS.values()]))
def test_no_bytes_raise(data: bytes, start: bytes) -> None:
    facts_of(start + data)
    facts_of(data)
    is_plainly_wanted(start + data, None, ContentFilter())


# -- when it pays -----------------------------------------------------------------------------

SMALL = SPECIMENS["png"]
WANTED = ContentFilter(min_width=1000)


def seen(body: bytes, length: int | None, *, chunk: int, wanted: ContentFilter = WANTED):
    """Return the watch, and the rejection with the bytes at which it came."""
    watch = BodyWatch(wanted, length)
    if (found := watch.claim()) is not None:
        return watch, found
    for place in range(0, len(body), chunk):
        if (found := watch.see(body[place : place + chunk])) is not None:
            return watch, found
    return watch, None


def test_a_small_image_in_a_long_body_ends_at_the_first_look() -> None:
    body = SMALL + bytes(200_000)
    watch, found = seen(body, len(body), chunk=1000)
    assert found is not None and found.reason == "too-small"
    assert (watch.received_bytes, watch.saved_bytes) == (1000, len(body) - 1000)
    assert found.facts is not None and found.facts["bytes"] == len(body)


def test_what_is_nearly_there_is_read_to_its_end() -> None:
    body = SMALL + bytes(LEAST_SAVED_BYTES - 1)
    watch, found = seen(
        body[: len(SMALL)] + bytes(LEAST_SAVED_BYTES - 1), len(body), chunk=len(SMALL)
    )
    assert found is None and watch.is_over


def test_a_body_of_unknown_length_ends_when_it_proves_long() -> None:
    watch, found = seen(SMALL + bytes(200_000), None, chunk=1000)
    assert (
        found is not None and LEAST_SAVED_BYTES <= watch.received_bytes < LEAST_SAVED_BYTES + 1001
    )
    assert watch.saved_bytes == 0
    _, found = seen(SMALL + bytes(20_000), None, chunk=1000)
    assert found is None
    most = ContentFilter(max_bytes=50_000)
    watch, found = seen(SPECIMENS["jpeg"] + bytes(200_000), None, chunk=1000, wanted=most)
    assert found is not None and found.reason == "too-large" and watch.received_bytes == 51_000


def test_the_claimed_length_alone_can_end_it() -> None:
    for wanted, length in ((ContentFilter(max_bytes=99_999), 100_000), (WANTED, 10**9)):
        watch, found = seen(b"", length, chunk=1, wanted=wanted)
        assert found is not None and found.reason == "too-large" and watch.received_bytes == 0
    _, found = seen(b"", 40_000, chunk=1, wanted=ContentFilter(min_bytes=50_000))
    assert found is not None and found.reason == "too-small"


def test_a_size_behind_much_metadata_is_looked_for_again() -> None:
    for padding in (0, 60_000, 120_000):
        body = padded_jpeg(padding) + bytes(300_000)
        watch, found = seen(body, len(body), chunk=4096)
        assert found is not None and found.reason == "too-small", padding
        assert watch.received_bytes <= 132 * 1024
    body = padded_jpeg(240_000) + bytes(300_000)
    watch, found = seen(body, len(body), chunk=4096)
    assert found is None and watch.is_over


def test_an_image_that_is_wanted_is_looked_at_once() -> None:
    body = encode(quadrants(1600, 1200), "JPEG") + bytes(100_000)
    watch = BodyWatch(WANTED, len(body))
    assert watch.see(body[:1400]) is None and watch.is_over
