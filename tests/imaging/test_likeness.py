"""How a picture looks: the same whatever its size, kind and orientation; nothing if it is flat."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.near.measuring import looks, measured
from benchmarks.near.specimens import noise
from imagecrawler.imaging.likeness import Likeness, likeness
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.policies.near import NearRules
from tests.imaging.specimens import encode, rotated_jpeg

PICTURE = noise(7)
LOOK = likeness(PICTURE)
DEFAULT = NearRules().distance

# What pdqhash 0.2.8, the reference implementation, makes of it:
# numpy.packbits(pdqhash.compute(numpy.asarray(noise(7)))[0]).tobytes().hex()
REFERENCE = "9a53a16d464c27e337e59e28e9747b5cc01741fa2abd4e077883ee71c68c16d2"


def distance(picture: Image.Image) -> int | None:
    return LOOK.distance(likeness(picture))


def test_the_hash_is_pdq_but_for_a_few_bits():
    assert (int(LOOK.hash, 16) ^ int(REFERENCE, 16)).bit_count() <= 20
    assert LOOK.quality == 100


@pytest.mark.parametrize("width", [64, 100, 333, 900, 1800])
def test_size_hardly_matters(width):
    picture = PICTURE.resize((width, width * 640 // 900), Image.Resampling.LANCZOS)
    found = distance(picture)
    assert found is not None and found <= 2


def test_a_recorded_look_is_read_back_and_what_another_hand_wrote_is_none():
    facts = json.loads(json.dumps(LOOK.facts()))
    assert Likeness.recorded(facts) == LOOK
    assert facts["phash"].startswith("pdq:")
    for wrong in (
        {},
        {**facts, "phash": "md5:" + "0" * 64},
        {**facts, "phash": "pdq:" + "0" * 63},
        {**facts, "phash": "pdq:" + "0" * 64 + "\n"},
        {**facts, "phash": 7},
        {**facts, "phash_quality": "100"},
        {**facts, "phash_colours": None},
    ):
        assert Likeness.recorded(wrong) is None


WORDS = st.integers(0, 2**256 - 1)


@given(WORDS, WORDS)
def test_a_distance_is_of_the_64_lowest_frequencies(one, other):
    first, second = (Likeness("pdq", f"{bits:064x}", 100, "80" * 32) for bits in (one, other))
    block = sum(0xFF << 16 * row for row in range(8))
    expected = ((one ^ other) & block).bit_count() if (one ^ other).bit_count() <= 64 else None
    assert first.distance(second) == second.distance(first) == expected
    assert 0 <= first.core < 2**64
    assert first.distance(first) == 0


def test_flat_pictures_look_like_nothing():
    for colour in ("white", "black", "teal"):
        look = likeness(Image.new("RGB", (300, 200), colour))
        assert not look.is_telling and look.distance(look) is None
    soft = Image.linear_gradient("L").point([100 + value // 4 for value in range(256)])
    assert not likeness(soft).is_telling
    clear = PICTURE.convert("RGBA")
    clear.putalpha(0)
    assert not likeness(clear).is_telling


def test_other_colours_are_another_picture():
    red, green, blue = PICTURE.split()
    swapped = Image.merge("RGB", (blue, green, red))
    assert distance(swapped) is None


def test_what_is_clear_is_white():
    shown = PICTURE.convert("RGBA")
    shown.paste((0, 0, 0, 0), (0, 0, 450, 640))
    white = PICTURE.copy()
    white.paste("white", (0, 0, 450, 640))
    assert likeness(shown).distance(likeness(white)) == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("widths", [(300,), ("original",)])
def test_it_is_the_upright_picture_that_is_looked_at(orientation, widths):
    result = render(rotated_jpeg(PICTURE, orientation), ImageRules(widths))
    found = LOOK.distance(result.likeness)
    assert found is not None and found <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP"])
@pytest.mark.parametrize("width", [900, 1200, 300])
def test_every_way_through_the_renderer_looks(kind, width):
    found = LOOK.distance(render(encode(PICTURE, kind), ImageRules((width,))).likeness)
    assert found is not None and found <= 2


def test_of_an_animation_the_first_frame_is_looked_at_and_held_against_animations_alone():
    frames = [noise(1, (90, 60)), noise(2, (90, 60))]
    rules = ImageRules((60,))
    animated = [
        encode(frames[0], kind, save_all=True, append_images=frames[1:]) for kind in ("GIF", "WEBP")
    ]
    first, second = (render(body, rules).likeness for body in animated)
    still = render(encode(frames[0], "PNG"), rules).likeness
    assert first.facts()["phash"].startswith("pdq-first-frame:")
    found = first.distance(second)
    assert found is not None and found <= DEFAULT
    assert first.distance(still) is None


def test_precision_and_recall_on_a_part_of_the_described_set():
    """The whole set: python -m benchmarks.near."""
    result = measured(looks(most_bases=3, each=12), DEFAULT)
    assert result.precision >= 0.99, result.examples
    assert result.recall >= 0.75
    for kind in ("half as wide", "twice as wide", "JPEG quality 70", "as PNG", "brightness +15 %"):
        assert result.variants[kind].right == result.variants[kind].count, kind
    assert result.negatives["plain colour"].flat == 12
