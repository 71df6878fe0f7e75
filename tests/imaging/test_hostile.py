"""Bytes that are no image, or want to be too much of one."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from specimens import decode, encode, png_header, quadrants

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules

RULES = ImageRules((40, "original"))
# Noise has no block that compresses to nothing, so that every byte cut off is a loss.
NOISE = Image.effect_noise((160, 120), 90).convert("RGB")


def reason_of(body, rules=RULES):
    with pytest.raises(ImageRejectedError) as caught:
        render(body, rules)
    return caught.value.reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 5000,
        b"<!doctype html><title>Not found</title>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"BM" + b"\xff" * 60,
        b"II*\0" + b"\xff" * 60,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 40,
    ],
)
def test_what_is_no_image_is_rejected(body):
    assert reason_of(body) == "not-an-image"


def test_formats_that_are_not_listed_reach_no_decoder():
    for kind in ("PPM", "TGA", "ICO", "JPEG2000", "PCX"):
        assert reason_of(encode(quadrants(), kind)) == "not-an-image"


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (11_000, 11_000), (70_000, 1)])
def test_a_bomb_is_too_large_before_a_pixel_is_decoded(width, height):
    assert reason_of(png_header(width, height)) == "too-large"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF"])
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_half_an_image_is_no_image(kind, keep):
    body = encode(NOISE, kind)
    assert reason_of(body[: int(len(body) * keep)]) == "not-an-image"
    assert reason_of(body[: int(len(body) * keep)], ImageRules((800,))) == "not-an-image"


@pytest.mark.parametrize("width", [40, 160, 800])
def test_a_jpeg_that_only_lacks_its_end_marker_is_kept_and_mended(width):
    body = encode(NOISE, "JPEG")
    (original, file) = render(body[:-2], ImageRules((width, "original"))).files
    assert original.data == body[:-2]
    assert decode(file.data).size == (min(width, 160), min(width, 160) * 3 // 4)
    if width >= 160:
        assert file.data == body


def test_a_progressive_jpeg_that_is_cut_off_is_no_image():
    body = encode(NOISE, "JPEG", progressive=True)
    assert reason_of(body[:-200]) == "not-an-image"


def test_thousands_of_frames_are_too_large():
    frames = [Image.new("L", (4, 4), shade) for shade in range(30)]
    body = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert reason_of(body, ImageRules((2,), max_frames=29)) == "too-large"
    assert reason_of(body, ImageRules((2,), max_animation_pixels=29 * 16)) == "too-large"
    assert reason_of(body, ImageRules(("original",), max_frames=29)) == "too-large"
    assert render(body, ImageRules((2,), max_frames=30, max_animation_pixels=30 * 16))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]), st.data())
def test_any_damage_gives_files_or_a_reason(kind, data):
    body = bytearray(encode(quadrants(), kind))
    for _ in range(data.draw(st.integers(1, 8))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert render(bytes(body), RULES).files
    except ImageRejectedError as error:
        assert error.reason in ("not-an-image", "too-large", "too-small")


def test_a_rejection_survives_pickling():
    error = pickle.loads(pickle.dumps(ImageRejectedError("too-small", "3x3 pixels")))
    assert (error.reason, str(error)) == ("too-small", "3x3 pixels")
