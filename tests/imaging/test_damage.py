"""Files that look whole and are not: what is missing must not be stored as grey or black."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from specimens import chunk, decode, encode, quadrants

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging import jpeg, source
from imagecrawler.imaging.jpeg import decoders_complaint, has_one_scan, is_in_one_go
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules

RULES = ImageRules((60, "original"))
# Noise has no grey block of its own, so that one in the result was put there by the decoder.
NOISE = Image.merge("RGB", [Image.effect_noise((160, 128), 60) for _ in range(3)])
BLOCK = 16
END = b"\xff\xd9"
SCAN = b"\xff\xda"

JPEGS = {
    "420": encode(NOISE, "JPEG"),
    "444": encode(NOISE, "JPEG", subsampling=0),
    "grey": encode(NOISE.convert("L"), "JPEG"),
    "progressive": encode(NOISE, "JPEG", progressive=True),
    "restarts": encode(NOISE, "JPEG", restart_marker_rows=1),
    "cmyk": encode(NOISE.convert("CMYK"), "JPEG"),
    "rgb": encode(NOISE, "JPEG", keep_rgb=True),
}


def rejection(body, rules=RULES):
    with pytest.raises(ImageRejectedError) as caught:
        render(body, rules)
    assert caught.value.reason == "not-an-image"
    return str(caught.value)


def first_scan(body):
    return body.index(SCAN) + 14


def grey_blocks(data):
    pixels = np.atleast_3d(np.asarray(decode(data))).astype(int)
    rows, columns = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    is_grey = (abs(pixels - 127.5) <= 1.5).all(axis=2)[: rows * BLOCK, : columns * BLOCK]
    return is_grey.reshape(rows, BLOCK, columns, BLOCK).all(axis=(1, 3)).sum()


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("keep", [0.02, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("width", [20, 60, 160])
def test_a_jpeg_cut_off_and_well_marked_is_no_image(name, keep, width):
    body = JPEGS[name]
    start = first_scan(body)
    short = body[: start + int(keep * (len(body) - start))].removesuffix(b"\xff") + END
    assert rejection(short, ImageRules((width, "original"))).startswith("damaged: ")


@pytest.mark.parametrize("name", JPEGS)
def test_a_jpeg_whose_middle_is_missing_is_no_image(name):
    body = JPEGS[name]
    start, third = first_scan(body), (len(body) - first_scan(body)) // 3
    assert rejection(body[: start + third] + body[start + 2 * third :]).startswith("damaged: ")


@settings(max_examples=300)
@given(st.sampled_from(sorted(JPEGS)), st.randoms(use_true_random=False))
def test_no_damage_to_a_jpeg_is_stored_grey(name, rng):
    body = bytearray(JPEGS[name])
    at = rng.randrange(first_scan(body), len(body) - 2)
    damage = rng.choice((b"", bytes(rng.randrange(256) for _ in range(rng.randrange(1, 40)))))
    body[at : at + rng.randrange(3000)] = damage
    body[-2:] = END
    try:
        rendered = render(bytes(body), ImageRules((160,)))
    except ImageRejectedError:
        return
    assert not grey_blocks(rendered.files[0].data)


def test_pillow_alone_would_have_stored_it_grey(monkeypatch):
    body = JPEGS["420"]
    short = body[: len(body) // 2] + END
    monkeypatch.setattr(jpeg, "simplejpeg", None)
    assert grey_blocks(render(short, ImageRules((160,))).files[0].data) > 20


def test_a_picture_that_is_grey_is_no_damage():
    for mode, colour in (("RGB", (128, 128, 128)), ("L", 128), ("CMYK", (128, 128, 128, 128))):
        grey = Image.new(mode, (160, 128), colour)
        for options in ({}, {"progressive": True}, {"restart_marker_rows": 1}):
            assert render(encode(grey, "JPEG", **options), RULES).files


@pytest.mark.parametrize("stray", [b"\x12\x34" * 9, b"\xff" * 30, b"\0" * 500])
@pytest.mark.parametrize("name", JPEGS)
def test_stray_bytes_before_the_end_are_no_damage(name, stray):
    assert render(JPEGS[name][:-2] + stray + END, RULES).files


def test_what_was_mended_is_whole_for_whoever_reads_it_again():
    for name, body in JPEGS.items():
        for missing in range(2, 7):
            try:
                (file,) = render(body[:-missing], ImageRules((160,))).files
            except ImageRejectedError:
                continue
            assert render(file.data, ImageRules((160,))).files, (name, missing)


def test_scans_of_a_thumbnail_and_of_a_second_picture_do_not_count():
    thumbnail = encode(NOISE.resize((20, 16)), "JPEG", progressive=True)
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    body = JPEGS["420"]
    assert has_one_scan(body[:2] + segment + body[2:] + thumbnail)
    assert is_in_one_go(body[:2] + b"\xff\xff" + segment + body[2:] + thumbnail)
    assert has_one_scan(JPEGS["restarts"])
    assert not is_in_one_go(JPEGS["restarts"])
    progressive = JPEGS["progressive"]
    assert not has_one_scan(progressive)
    first_alone = SCAN.join(progressive.split(SCAN)[:2]) + END
    assert has_one_scan(first_alone)
    assert not is_in_one_go(first_alone)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_number_of_scans(data):
    for body in (data, b"\xff\xd8" + data, b"\xff\xd8\xff\xe1" + data):
        assert is_in_one_go(body) <= has_one_scan(body)


def test_all_is_well_with_a_whole_jpeg():
    assert {name: decoders_complaint(body) for name, body in JPEGS.items()} == dict.fromkeys(JPEGS)


# --- PNG: rows that the stream ends before ---


def repacked(png, keep):
    """The same file with the first part of its raw rows alone, compressed and marked as whole."""
    at, data = 8, b""
    parts = []
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        if name == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        else:
            parts.append(png[at : at + length + 12])
        at += length + 12
    raw = zlib.decompress(data)
    cut = chunk(b"IDAT", zlib.compress(raw[: int(len(raw) * keep)]))
    return png[:8] + b"".join(parts[:-1]) + cut + parts[-1]


def interlaced(mode):
    """An Adam7 file with the right number of bytes in each pass; Pillow writes none."""
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    raw = b""
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4))
    for left, top, across, down in (*starts, (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        columns, rows = len(range(left, 33, across)), len(range(top, 21, down))
        raw += (b"\0" + b"\xc8" * channels * columns) * rows
    colour = {"L": 0, "RGB": 2, "RGBA": 6}[mode]
    header = struct.pack(">IIBBBBB", 33, 21, 8, colour, 0, 0, 1)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


RED = Image.new("RGB", (90, 70), "red")
PNGS = {
    "rgb": encode(RED, "PNG"),
    "rgba": encode(RED.convert("RGBA"), "PNG"),
    "grey": encode(RED.convert("L"), "PNG"),
    "palette": encode(quadrants(90, 70).quantize(7), "PNG", bits=4),
    "1 bit": encode(Image.new("1", (90, 70), 1), "PNG"),
    "16 bits": encode(Image.new("I;16", (90, 70), 40_000), "PNG"),
    "interlaced": interlaced("RGB"),
    "interlaced rgba": interlaced("RGBA"),
}


@pytest.mark.parametrize("name", PNGS)
def test_a_png_that_lacks_rows_is_no_image(name):
    whole = PNGS[name]
    assert render(whole, RULES).files
    assert render(repacked(whole, 1), RULES).files
    for keep in (0, 0.3, 0.5, 0.9, 0.999):
        rejection(repacked(whole, keep))
        rejection(repacked(whole, keep), ImageRules((800,)))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_a_png_that_ends_black_or_clear_is_no_damage(mode):
    picture = Image.new(mode, (90, 70))
    assert render(encode(picture, "PNG"), RULES).files


def test_a_frame_that_lacks_rows_is_no_image():
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    whole = encode(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=50)
    assert render(whole, RULES).files
    at = whole.rindex(b"fdAT") - 4
    (length,) = struct.unpack_from(">I", whole, at)
    number, data = whole[at + 8 : at + 12], whole[at + 12 : at + 8 + length]
    raw = zlib.decompress(data)
    short = chunk(b"fdAT", number + zlib.compress(raw[: len(raw) // 2]))
    rejection(whole[:at] + short + whole[at + 12 + length :])


def test_rows_are_counted_without_being_kept(monkeypatch):
    whole = encode(Image.new("L", (4000, 4000)), "PNG")
    sizes = []

    begin = zlib.decompressobj

    class Counting:
        def __init__(self):
            self._inflater = begin()
            self.unconsumed_tail = b""

        def decompress(self, piece, most):
            data = self._inflater.decompress(piece, most)
            self.unconsumed_tail = self._inflater.unconsumed_tail
            sizes.append(len(data))
            return data

    monkeypatch.setattr("imagecrawler.imaging.png.zlib.decompressobj", Counting)
    assert not source.lacks_rows(whole)
    assert max(sizes) <= 1 << 20
    assert sum(sizes) == 4000 * 4001


# --- PNG: what can be done without ---

TEXT = chunk(b"tEXt", b"Comment\0made by hand")
LONG_TEXT = b"Workflow\0\0" + zlib.compress(bytes(3_000_000))


@pytest.mark.parametrize(
    "extra",
    [
        TEXT[:-1] + b"!",  # a wrong checksum
        chunk(b"gAMA", b"\1"),
        chunk(b"pHYs", b"\1"),
        chunk(b"iCCP", b""),
        chunk(b"zTXt", LONG_TEXT),
        chunk(b"acTL", b"\1") + chunk(b"fcTL", b"\1"),
    ],
    ids=lambda extra: f"{extra[4:8].decode()} of {len(extra)} bytes",
)
def test_a_png_needs_no_damaged_chunk_that_it_may_lack(extra):
    clear = encode(quadrants(90, 70).quantize(7), "PNG", transparency=3)
    at = clear.index(b"PLTE") - 4
    damaged = clear[:at] + extra + clear[at:]
    files = {file.bucket: file.data for file in render(damaged, RULES).files}
    expected = {file.bucket: file.data for file in render(clear, RULES).files}
    assert files == {**expected, "original": damaged}


def test_a_png_whose_pixels_are_damaged_is_no_image():
    whole = PNGS["palette"]
    at = whole.index(b"PLTE") + 5
    assert rejection(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])


def test_a_narrow_png_is_kept_without_its_damaged_chunk():
    whole = PNGS["rgb"]
    (kept,) = render(whole[:33] + TEXT[:-1] + b"!" + whole[33:], ImageRules((90,))).files
    assert kept.data == whole
