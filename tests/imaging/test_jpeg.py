"""JPEG decoded at eighths: the same pictures and refusals as by Pillow, but for damage."""

import importlib
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat
from specimens import decode, encode, mean_error, quadrants, rotated_jpeg

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging import jpeg
from imagecrawler.imaging.jpeg import decoded_in_eighths, eighths_for
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules
from imagecrawler.imaging.source import load_pixels, open_source

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
NOISE = Image.merge("RGB", [Image.effect_noise((160, 120), 60) for _ in range(3)])
SIDES = st.integers(1, 5000)


def by_pillow(body, rules):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jpeg, "simplejpeg", None)
        return render(body, rules)


def outcome(make, body, rules):
    try:
        rendered = make(body, rules)
    except ImageRejectedError as error:
        return error.reason, str(error)
    return [(file.bucket, file.width, file.height, file.suffix) for file in rendered.files]


def has_the_same_end(body, rules):
    """What is decoded, and why not, is as by Pillow alone; but Pillow tells of no damage."""
    ours = outcome(render, body, rules)
    is_damaged = ours[0] == "not-an-image" and ours[1].startswith("damaged: ")
    return is_damaged or ours == outcome(by_pillow, body, rules)


def loaded(body, width, height):
    source = open_source(body, ImageRules((600,)))
    return source, load_pixels(source, (width, height))


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES))
def test_the_fewest_eighths_that_are_enough(native, at_least):
    eighths = eighths_for(native, at_least)
    assert 1 <= eighths <= 8

    def are_enough(count):
        return all(8 * least <= side * count for side, least in zip(native, at_least, strict=True))

    assert eighths == 8 or are_enough(eighths)
    assert eighths == 1 or not are_enough(eighths - 1)


@settings(max_examples=60)
@given(st.integers(8, 400), st.integers(8, 400), st.integers(1, 400), st.booleans())
def test_sizes_and_scale_are_right_for_every_size(width, height, wanted, is_grey):
    picture = quadrants(width, height).convert("L" if is_grey else "RGB")
    wanted = min(wanted, width)
    source, pixels = loaded(encode(picture, "JPEG"), wanted, 1)
    assert pixels.width >= wanted
    assert source.image.size == (width, height)
    assert pixels.mode == picture.mode
    for side, native in zip(pixels.size, (width, height), strict=True):
        assert side - 1 < native * source.scale <= side


@pytest.mark.parametrize(
    "name", ["444", "422", "420", "progressive", "grey", "profile", "restarts"]
)
@pytest.mark.parametrize("size", [(1600, 1200), (1601, 1067), (801, 600), (1200, 1803)])
def test_renditions_are_those_of_full_decoding(name, size):
    options = {
        "444": {"subsampling": 0},
        "422": {"subsampling": 1},
        "420": {"subsampling": 2},
        "progressive": {"progressive": True},
        "profile": {"icc_profile": SRGB},
        "restarts": {"restart_marker_rows": 1},
    }.get(name, {})
    picture = quadrants(*size).convert("L" if name == "grey" else "RGB")
    body = encode(picture, "JPEG", quality=95, **options)
    for file in render(body, ImageRules((600, 300, 250))).files:
        result = decode(file.data)
        reference = picture.resize(result.size, Image.Resampling.LANCZOS)
        assert mean_error(result, decode(encode(reference, "JPEG", quality=85))) < 0.7
        assert result.size == (file.width, max(1, round(size[1] * file.width / size[0])))
        assert result.mode == picture.mode
        assert result.info.get("icc_profile") == options.get("icc_profile")


def test_no_pixel_is_resampled_where_eighths_are_enough(monkeypatch):
    body = encode(quadrants(1600, 1200), "JPEG")
    sizes = []
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image,
        "resize",
        lambda self, size, *a, **k: sizes.append(size) or resize(self, size, *a, **k),
    )
    (file,) = render(body, ImageRules((600,))).files
    assert sizes == [(64, 64)]  # the perceptual hash alone
    assert decode(file.data).size == (600, 450)


def test_detail_survives_as_it_does_in_full_decoding():
    picture = NOISE.resize((1600, 1200), Image.Resampling.BICUBIC)
    body = encode(picture, "JPEG", quality=95)
    for file in render(body, ImageRules((1200, 600))).files:
        reference = decode(body).resize((file.width, file.height), Image.Resampling.LANCZOS)
        difference = ImageChops.difference(decode(file.data), reference)
        allowed = ImageChops.difference(decode(encode(reference, "JPEG", quality=85)), reference)
        # 1.06 is 0.5 dB
        assert max(ImageStat.Stat(difference).rms) < 1.06 * max(ImageStat.Stat(allowed).rms)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_to_eighths(orientation):
    upright = quadrants(400, 300)
    (file,) = render(rotated_jpeg(upright, orientation), ImageRules((150,))).files
    result = decode(file.data)
    assert result.size == (150, 113)
    reference = upright.resize((150, 113), Image.Resampling.LANCZOS)
    assert mean_error(result, decode(encode(reference, "JPEG", quality=85))) < 1.5


UNUSUAL = {
    "cmyk": encode(NOISE.convert("CMYK"), "JPEG"),
    "rgb": encode(NOISE, "JPEG", keep_rgb=True),
    "damaged": encode(NOISE, "JPEG")[:2000] + bytes(range(256)) + encode(NOISE, "JPEG")[2256:],
    "stray bytes": encode(NOISE, "JPEG")[:-2] + b"\x12\x34\x56" * 9 + b"\xff\xd9",
    "no end": encode(NOISE, "JPEG")[:-2],
    "cut off": encode(NOISE, "JPEG")[:-400],
    "progressive, cut off": encode(NOISE, "JPEG", progressive=True)[:-400],
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_decided_by_pillow(name):
    body = UNUSUAL[name]
    image = open_source(body, ImageRules((600,))).image
    assert decoded_in_eighths(image, body, 3) is None
    rules = ImageRules((60, "original"))
    assert has_the_same_end(body, rules)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("width", [20, 48])
def test_every_cut_has_the_same_end_as_by_pillow(options, width):
    body = encode(NOISE.crop((0, 0, 48, 32)), "JPEG", **options)
    rules = ImageRules((width,))
    for length in [*range(0, len(body), 7), *range(len(body) - 40, len(body))]:
        cut = body[:length]
        assert has_the_same_end(cut, rules), length


@settings(max_examples=300)
@given(st.booleans(), st.data())
def test_any_damage_has_the_same_end_as_by_pillow(progressive, data):
    body = bytearray(encode(NOISE.crop((0, 0, 48, 32)), "JPEG", progressive=progressive))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    rules = ImageRules((20,))
    assert has_the_same_end(bytes(body), rules)


def test_pillow_alone_does_it_where_simplejpeg_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    try:
        assert importlib.reload(jpeg).simplejpeg is None
        body = encode(quadrants(400, 300), "JPEG")
        assert jpeg.decoded_in_eighths(decode(body), body, 3) is None
    finally:
        monkeypatch.undo()
        importlib.reload(jpeg)
