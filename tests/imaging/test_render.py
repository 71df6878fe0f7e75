"""Every kind of image through every rule, compared with a reference made by Pillow alone."""

import hashlib
import struct
import zlib

import pytest
from PIL import Image, ImageCms
from specimens import (
    chunk,
    decode,
    encode,
    mean_error,
    quadrants,
    rotated_jpeg,
    with_hole,
    without_adobe_marker,
)

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules

RULES = ImageRules((40,))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def only_file(body, rules=RULES):
    (file,) = render(body, rules).files
    return file


def reference(shows, size, kind):
    """Full decoding and LANCZOS, with the loss of the codec itself where it has one."""
    resized = shows.resize(size, Image.Resampling.LANCZOS)
    if kind in ("JPEG", "WEBP", "AVIF"):
        return decode(encode(resized, kind, quality=85))
    return resized


def png_of(width, height, bits, row, chunks):
    """A grey PNG of equal rows, with these chunks before its pixels."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)), *chunks]
    parts += [(b"IDAT", zlib.compress((b"\0" + row) * height)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


def grey16(width=80, height=60):
    values = [(x * 65535) // (width - 1) for _ in range(height) for x in range(width)]
    return Image.frombytes("I;16", (width, height), struct.pack(f"<{len(values)}H", *values))


def palette_with_alpha():
    return with_hole().quantize(64, method=Image.Quantize.FASTOCTREE)


L, RGB, RGBA = quadrants().convert("L"), quadrants(), with_hole()

# name: bytes, what they show, the kind and mode of a resized file, mean colour error allowed
KINDS = {
    "jpeg": (encode(RGB, "JPEG", quality=95), RGB, "JPEG", "RGB", 3),
    "jpeg progressive": (encode(RGB, "JPEG", quality=95, progressive=True), RGB, "JPEG", "RGB", 3),
    "jpeg grey": (encode(L, "JPEG", quality=95), L, "JPEG", "L", 2),
    "jpeg cmyk": (encode(RGB.convert("CMYK"), "JPEG", quality=95), RGB, "JPEG", "RGB", 3),
    "jpeg cmyk, no marker": (
        without_adobe_marker(encode(RGB.convert("CMYK"), "JPEG", quality=95)),
        *(RGB, "JPEG", "RGB", 3),
    ),
    "png": (encode(RGB, "PNG"), RGB, "PNG", "RGB", 1),
    "png rgba": (encode(RGBA, "PNG"), RGBA, "PNG", "RGBA", 1),
    "png palette": (encode(RGB.quantize(256), "PNG"), RGB, "PNG", "RGB", 3),
    "png palette, alpha": (encode(palette_with_alpha(), "PNG"), RGBA, "PNG", "RGBA", 12),
    "png grey": (encode(L, "PNG"), L, "PNG", "L", 1),
    "png grey, alpha": (encode(RGBA.convert("LA"), "PNG"), RGBA.convert("LA"), "PNG", "LA", 1),
    "png 1 bit": (encode(L.convert("1"), "PNG"), L.convert("1").convert("L"), "PNG", "L", 1),
    "png 16 bit": (encode(grey16(), "PNG"), Image.linear_gradient("L").rotate(90), "PNG", "L", 2),
    "gif": (encode(RGB.quantize(256), "GIF"), RGB, "GIF", None, 4),
    "gif, clear": (encode(palette_with_alpha(), "GIF"), None, "GIF", None, 0),
    "webp": (encode(RGB, "WEBP", quality=95), RGB, "WEBP", "RGB", 3),
    "webp lossless, alpha": (encode(RGBA, "WEBP", lossless=True), RGBA, "WEBP", "RGBA", 2),
    "webp alpha": (encode(RGBA, "WEBP", quality=95), RGBA, "WEBP", "RGBA", 3),
    "avif": (encode(RGB, "AVIF", quality=95), RGB, "AVIF", "RGB", 3),
    "avif alpha": (encode(RGBA, "AVIF", quality=95), RGBA, "AVIF", "RGBA", 3),
    "bmp": (encode(RGB, "BMP"), RGB, "PNG", "RGB", 1),
    "tiff": (encode(RGB, "TIFF"), RGB, "PNG", "RGB", 1),
    "tiff cmyk": (encode(RGB.convert("CMYK"), "TIFF"), RGB, "PNG", "RGB", 3),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_wide_image_is_resized_and_keeps_kind_colour_and_alpha(name):
    body, shows, kind, mode, allowed = KINDS[name]
    file = only_file(body)
    image = decode(file.data)
    assert (file.bucket, file.width, file.height, image.size) == ("40", 40, 30, (40, 30))
    assert image.format == kind
    assert file.suffix == {"JPEG": ".jpg"}.get(kind, f".{kind.lower()}")
    if mode is not None:
        assert image.mode == mode
    if shows is not None:
        assert mean_error(image, reference(shows, (40, 30), kind)) <= allowed


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("width", [80, 200])
def test_bytes_that_are_what_the_bucket_wants_stay_untouched(name, width):
    body, _, kind, _, _ = KINDS[name]
    file = only_file(body, ImageRules((width,)))
    assert (file.bucket, file.width, file.height) == (str(width), 80, 60)
    changes = name.startswith(("bmp", "tiff")) or "cmyk" in name
    assert (file.data != body) == changes
    assert decode(file.data).format == kind
    assert decode(file.data).mode != "CMYK"


@pytest.mark.parametrize("name", KINDS)
def test_original_is_always_untouched(name):
    body = KINDS[name][0]
    rendered = render(body, ImageRules((40, "original")))
    assert [file.bucket for file in rendered.files] == ["original", "40"]
    assert rendered.files[0].data == body
    assert rendered.sha256 == hashlib.sha256(body).hexdigest()
    assert (rendered.width, rendered.height, rendered.bytes) == (80, 60, len(body))
    assert only_file(body, ImageRules(("original",))).data == body


@pytest.mark.parametrize("forced", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("name", KINDS)
def test_a_forced_format_is_what_comes_out(name, forced):
    file = only_file(KINDS[name][0], ImageRules((40,), format=forced))
    assert decode(file.data).format == forced.upper()
    assert file.suffix == {"jpeg": ".jpg"}.get(forced, f".{forced}")


def test_transparency_is_laid_on_white_in_a_jpeg():
    image = decode(only_file(KINDS["png rgba"][0], ImageRules((40,), format="jpeg")).data)
    assert min(image.getpixel((3, 15))) > 245


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("width", [40, 80, 200])
def test_exif_orientation_is_applied_before_widths_are_counted(orientation, width):
    upright = quadrants()
    body = rotated_jpeg(upright, orientation)
    rendered = render(body, ImageRules((width,)))
    assert (rendered.width, rendered.height) == (80, 60)
    (file,) = rendered.files
    image = decode(file.data)
    assert image.size == (file.width, file.height) == (min(width, 80), min(width, 80) * 3 // 4)
    assert image.getexif().get(0x0112, 1) == 1
    assert mean_error(image, reference(upright, image.size, "JPEG")) < 3
    assert (file.data == body) == (orientation == 1 and width >= 80)


def test_exif_is_dropped_and_icc_is_kept():
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        body = encode(RGB, kind, exif=exif, icc_profile=SRGB)
        file = only_file(body)
        assert b"a secret" in body
        assert b"a secret" not in file.data
        assert decode(file.data).info["icc_profile"] == SRGB


def test_a_profile_that_no_longer_fits_is_dropped():
    body = encode(L, "JPEG", icc_profile=SRGB)
    assert "icc_profile" not in decode(only_file(body).data).info


def test_clear_pixels_lend_their_colour_to_nobody():
    image = Image.new("RGBA", (80, 60), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (41, 0, 80, 60))
    resized = decode(only_file(encode(image, "PNG")).data)
    seen = {pixel for pixel in resized.get_flattened_data() if pixel[3] > 8}
    assert max(pixel[0] for pixel in seen) < 16


@pytest.mark.parametrize(("bits", "clear"), [(1, 1), (2, 0), (2, 1), (2, 3), (4, 5), (4, 15)])
def test_a_transparent_grey_of_few_bits_is_clear(bits, clear):
    # Each grey in a stripe of its own; one of them is clear.
    levels = 1 << bits
    row = [x * levels // 160 for x in range(160)]
    packed = [
        sum(row[x + n] << (8 - bits * (n + 1)) for n in range(8 // bits))
        for x in range(0, 160, 8 // bits)
    ]
    png = png_of(160, 120, bits, bytes(packed), [(b"tRNS", struct.pack(">H", clear))])
    stored = decode(only_file(png).data).convert("LA")
    assert stored.size == (40, 30)
    alphas = [stored.getpixel(((2 * n + 1) * 20 // levels, 15))[1] for n in range(levels)]
    assert [n for n in range(levels) if alphas[n] < 100] == [clear]


@pytest.mark.parametrize(
    ("gamma", "chunks", "grey"),
    [(100_000, [], 188), (55_556, [], 146), (45_455, [], 128), (100_000, [(b"sRGB", b"\0")], 128)],
)
def test_the_gamma_of_a_png_is_heeded(gamma, chunks, grey):
    said = [*chunks, (b"gAMA", struct.pack(">I", gamma))]
    stored = decode(only_file(png_of(160, 120, 8, bytes([128]) * 160, said)).data)
    assert abs(stored.convert("L").getpixel((20, 15)) - grey) <= 1


def test_16_bit_grey_is_scaled_and_its_transparent_value_is_clear():
    body = encode(grey16(), "PNG", transparency=0)
    image = decode(only_file(body).data)
    assert image.mode == "LA"
    assert abs(image.getpixel((20, 15))[0] - 128) < 6
    assert image.getpixel((38, 15))[0] > 240
    assert image.getpixel((0, 15))[1] < 200


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("clear", [False, True])
def test_animation_survives(kind, clear):
    frames = [with_hole() if clear else quadrants()]
    frames += [frames[0].transpose(Image.Transpose.ROTATE_180), frames[0].rotate(90)]
    options = {"save_all": True, "append_images": frames[1:], "loop": 3}
    options |= {"duration": [100, 200, 300]}
    body = encode(frames[0], kind, **options, **({"disposal": 2} if kind == "GIF" else {}))
    image = decode(only_file(body).data)
    original = decode(body)
    assert (image.n_frames, image.size, image.info["loop"]) == (3, (40, 30), 3)
    for index in range(3):
        image.seek(index)
        original.seek(index)
        image.load()
        original.load()
        assert image.info["duration"] == original.info["duration"]
        expected = original.convert("RGBA").resize((40, 30), Image.Resampling.LANCZOS)
        assert mean_error(image, expected) < 8
    assert only_file(body, ImageRules((80,))).data == body


def test_several_widths_come_from_one_decoding_largest_first():
    body = encode(quadrants(1000, 750), "JPEG", quality=95)
    files = render(body, ImageRules((100, 300, 800, 1200, "original"))).files
    assert [file.bucket for file in files] == ["original", "800", "300", "100"]
    for file in files:
        expected = reference(quadrants(1000, 750), (file.width, file.height), "JPEG")
        assert mean_error(decode(file.data), expected) < 2


@pytest.mark.parametrize("size", [(1000, 3), (3, 1000), (999, 667), (1601, 1201)])
def test_odd_shapes_have_the_right_height(size):
    file = only_file(encode(quadrants(*size), "JPEG"), ImageRules((200,)))
    width = min(200, size[0])
    assert decode(file.data).size == (width, max(1, round(size[1] * width / size[0])))


def test_cmyk_with_a_broken_profile_is_converted_without_it():
    body = encode(RGB.convert("CMYK"), "JPEG", quality=95, icc_profile=b"broken" * 40)
    image = decode(only_file(body).data)
    assert image.mode == "RGB"
    assert "icc_profile" not in image.info
    assert mean_error(image, reference(RGB, (40, 30), "JPEG")) < 3


def test_too_small_and_too_large_are_told_from_the_header():
    body = encode(RGB, "PNG")
    for rules, reason in [
        (ImageRules((40,), min_width=81), "too-small"),
        (ImageRules((40,), min_height=61), "too-small"),
        (ImageRules((40,), max_pixels=4_799), "too-large"),
        (ImageRules((40,), max_side_px=79), "too-large"),
        (ImageRules((40,), max_bytes=len(body) - 1), "too-large"),
    ]:
        with pytest.raises(ImageRejectedError) as caught:
            render(body, rules)
        assert caught.value.reason == reason
    assert only_file(body, ImageRules((40,), min_width=80, min_height=60, max_pixels=4_800))
