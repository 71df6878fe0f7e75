"""Bytes that are no image, or want to be too much of one."""

import json
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds import specimen, specimen_names
from PIL import Image
from specimens import decode, encode, png_header, quadrants

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from tests.hostile.images import polyglots, rubbish

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


@settings(max_examples=200)
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


# -- files that are out for harm ---------------------------------------------------------------

# What all bombs together may take beside the interpreter and its libraries.
MAX_BOMB_BYTES = 128 * 1024 * 1024


@pytest.mark.parametrize("it", polyglots() + rubbish(), ids=lambda it: it.name)
def test_what_only_looks_like_an_image_is_none_and_what_hides_in_one_stays_behind(it):
    if it.reason is not None:
        assert reason_of(it.body) == it.reason
        return
    original, small = render(it.body, RULES).files
    assert original.data == it.body
    assert not [hidden for hidden in (b"script", b"PK\5\6", b"%PDF") if hidden in small.data]


MEASURES = """
import json, resource
from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from tests.hostile.images import bombs

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def outcome(body):
    try:
        render(body, ImageRules((40, "original")))
    except ImageRejectedError as error:
        return error.reason

every = bombs()
before = peak()
print(json.dumps([[it.name, it.reason, outcome(it.body), peak() - before] for it in every]))
"""


def test_bombs_end_with_their_reasons_and_in_little_memory():
    done = subprocess.run(
        [sys.executable, "-c", MEASURES],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    bombs = json.loads(done.stdout)
    assert [name for name, reason, outcome, _ in bombs if outcome != reason] == []
    assert max(peak_bytes for _, _, _, peak_bytes in bombs) < MAX_BOMB_BYTES, bombs


# -- damage -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", specimen_names())
def test_a_damaged_specimen_gives_files_or_a_reason(name, recwarn):
    body = specimen(name)
    dice = random.Random(name)
    for _ in range(12):
        damaged = bytearray(body)
        for _ in range(dice.choice([1, 4, 30])):
            damaged[dice.randrange(len(body))] = dice.randrange(256)
        if dice.random() < 0.5:
            start = dice.randrange(len(body))
            del damaged[start : start + dice.randrange(1, 400)]
        try:
            assert render(bytes(damaged), RULES).files
        except ImageRejectedError as error:
            assert error.reason in ("not-an-image", "too-large")
    assert not recwarn.list  # they would be on the worker's stderr


@pytest.mark.parametrize("name", [n for n in specimen_names() if not n.startswith("jpeg")])
def test_a_specimen_cut_in_half_is_no_image(name):
    assert reason_of(specimen(name)[: len(specimen(name)) // 2]) == "not-an-image"
