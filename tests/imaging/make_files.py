"""Remakes the specimens in `files/`: ``python tests/imaging/make_files.py [NAME …]``.

Needs what README.md in that folder lists (Debian: webp libavif-bin libjpeg-turbo-progs
libtiff-tools imagemagick libimage-exiftool-perl ghostscript), and pyvips[binary]. The recipes
below say for each file which encoder made it; the README is written from them. Another version
of an encoder makes other bytes, so the files are kept and only remade by hand.
"""

from __future__ import annotations

import shlex
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyvips
from PIL import Image, ImageChops, ImageDraw

HERE = Path(__file__).parent
FILES = HERE / "files"
PROFILES = Path("/usr/share/color/icc/ghostscript")
CONVERT = "/usr/bin/convert-im6.q16"
WIDTH, HEIGHT = 96, 72

# --- the picture: four soft corners that tell where they belong, in three motions ---


def picture(step: int = 0) -> Image.Image:
    """Red, green, blue and yellow corners, and a dark disc that moves with ``step``."""
    corners = Image.new("RGB", (2, 2))
    corners.putdata([(210, 50, 40), (40, 170, 70), (50, 70, 200), (230, 210, 90)])
    image = corners.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    big = Image.new("L", (WIDTH * 4, HEIGHT * 4))
    x, y = (14 + 22 * step) * 4, 24 * 4
    ImageDraw.Draw(big).ellipse((x, y, x + 80, y + 80), fill=200)
    image.paste((30, 25, 45), mask=big.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))
    return image


def flat(step: int = 0) -> Image.Image:
    """The picture in few levels, which makes small files."""
    return picture(step).point(lambda value: value & 0xE0)


def clear(step: int = 0) -> Image.Image:
    """The picture, from clear at the left to opaque at the right."""
    image = picture(step).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").rotate(90).resize((WIDTH, HEIGHT)))
    return image


def holed(step: int = 0) -> Image.Image:
    """The picture with a hole whose edge is hard, as GIF can have it."""
    image = picture(step).convert("RGBA")
    hole = Image.new("L", (WIDTH, HEIGHT), 255)
    ImageDraw.Draw(hole).rectangle((0, 0, WIDTH // 3 - 1, HEIGHT - 1), fill=0)
    image.putalpha(hole)
    return image


# --- files that no encoder at hand makes ---


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pixel_data(image: Image.Image) -> bytes:
    """What Pillow would write into IDAT chunks."""
    png = _pillow(image, "PNG", optimize=True)
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    return data


def apng(
    default: Image.Image | None,
    frames: list[tuple[Image.Image, tuple[int, int], int, int]],
    delay: tuple[int, int] = (1, 10),
    plays: int = 0,
) -> bytes:
    """An APNG by the letter (https://www.w3.org/TR/png-3/#apng-frame-based-animation).

    ``default`` is shown by who knows no APNG, and no frame; without it the first frame is.
    A frame is its picture, where its corner lies, its dispose_op and its blend_op.
    """
    colour = {"RGB": 2, "RGBA": 6, "L": 0, "LA": 4}[frames[0][0].mode]
    sequence = 0
    body = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, colour, 0, 0, 0))
    body += chunk(b"acTL", struct.pack(">II", len(frames), plays))
    if default is not None:
        body += chunk(b"IDAT", pixel_data(default))
    for number, (image, (x, y), dispose, blend) in enumerate(frames):
        control = struct.pack(">IIIIIHHBB", sequence, *image.size, x, y, *delay, dispose, blend)
        body += chunk(b"fcTL", control)
        sequence += 1
        if number == 0 and default is None:
            body += chunk(b"IDAT", pixel_data(image))
        else:
            body += chunk(b"fdAT", struct.pack(">I", sequence) + pixel_data(image))
            sequence += 1
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def shown(frames: list[tuple[Image.Image, tuple[int, int], int, int]]) -> list[Image.Image]:
    """What a viewer must show for each frame, by the text of the specification."""
    canvas = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    views = []
    for number, (image, at, dispose, blend) in enumerate(frames):
        before = canvas.copy()
        part = image.convert("RGBA")
        if blend == 1:
            under = canvas.crop((*at, at[0] + part.width, at[1] + part.height))
            part = Image.alpha_composite(under, part)
        canvas.paste(part, at)
        views.append(canvas.copy())
        if dispose == 2 and number > 0:
            canvas = before
        elif dispose == 1 or (dispose == 2 and number == 0):
            canvas.paste((0, 0, 0, 0), (*at, at[0] + part.width, at[1] + part.height))
    return views


def patch(colour: tuple[int, int, int], opacity: int = 255) -> Image.Image:
    """A disc of one colour that fades to nothing."""
    image = Image.new("RGBA", (32, 32), (*colour, 0))
    fade = ImageChops.invert(Image.radial_gradient("L").resize((32, 32)))
    image.putalpha(fade.point(lambda value: min(opacity, value * 2)))
    return image


NONE, BACKGROUND, PREVIOUS = 0, 1, 2
SOURCE, OVER = 0, 1
_WHOLE = (0, 0)
APNGS: dict[str, tuple[Image.Image | None, list[tuple[Image.Image, tuple[int, int], int, int]]]] = {
    "apng-whole-frames.png": (None, [(flat(n), _WHOLE, NONE, SOURCE) for n in range(3)]),
    "apng-default-apart.png": (
        Image.new("RGB", (WIDTH, HEIGHT), (255, 0, 255)),
        [(flat(n), _WHOLE, NONE, SOURCE) for n in range(3)],
    ),
    "apng-offsets-over.png": (
        None,
        [
            (picture().convert("RGBA"), _WHOLE, NONE, SOURCE),
            (patch((255, 255, 255)), (5, 5), NONE, OVER),
            (patch((0, 0, 0)), (40, 30), NONE, OVER),
        ],
    ),
    "apng-offsets-source.png": (
        None,
        [
            (clear(), _WHOLE, NONE, SOURCE),
            (patch((255, 255, 255)), (60, 36), NONE, SOURCE),
            (patch((0, 0, 0), 120), (10, 10), NONE, SOURCE),
        ],
    ),
    "apng-dispose-background.png": (
        None,
        [
            (clear(), _WHOLE, NONE, SOURCE),
            (patch((255, 255, 255)), (60, 36), BACKGROUND, OVER),
            (patch((0, 0, 0)), (50, 30), BACKGROUND, OVER),
            (patch((200, 0, 200)), (10, 10), NONE, OVER),
        ],
    ),
    "apng-dispose-previous.png": (
        None,
        [
            (picture().convert("RGBA"), _WHOLE, NONE, SOURCE),
            (patch((255, 255, 255)), (60, 36), PREVIOUS, OVER),
            (patch((0, 0, 0)), (50, 30), PREVIOUS, OVER),
            (patch((200, 0, 200)), (10, 10), NONE, OVER),
        ],
    ),
    "apng-first-previous.png": (
        None,
        [
            (clear(), _WHOLE, PREVIOUS, SOURCE),
            (patch((255, 255, 255)), (60, 36), NONE, OVER),
            (patch((0, 0, 0)), (10, 10), NONE, OVER),
        ],
    ),
    "apng-grey-alpha.png": (
        None,
        [(clear(n).convert("LA"), _WHOLE, BACKGROUND, SOURCE) for n in range(3)],
    ),
    "apng-one-frame.png": (None, [(clear(), _WHOLE, NONE, SOURCE)]),
    "apng-one-frame-default-apart.png": (
        Image.new("RGBA", (WIDTH, HEIGHT), (255, 0, 255, 255)),
        [(clear(), _WHOLE, NONE, SOURCE)],
    ),
}


def filmstrip(frames: list[Image.Image]) -> Image.Image:
    """The frames below each other, as libvips hands out an animation."""
    strip = Image.new("RGBA", (WIDTH, HEIGHT * len(frames)))
    for number, frame in enumerate(frames):
        strip.paste(frame, (0, number * HEIGHT))
    return strip


def without_marker(jpeg: bytes, marker: bytes = b"\xff\xee") -> bytes:
    start = jpeg.index(marker)
    (length,) = struct.unpack(">H", jpeg[start + 2 : start + 4])
    return jpeg[:start] + jpeg[start + 2 + length :]


SVGS = {
    "plain.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="72">'
    '<rect width="96" height="72" fill="#c33"/></svg>\n',
    "viewbox.svg": '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- a comment -->\n'
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
    ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n'
    '  <!ENTITY ns_svg "http://www.w3.org/2000/svg">\n]>\n'
    '<svg xmlns="&ns_svg;" viewBox="0 0 640 480"><circle cx="320" cy="240" r="200"/></svg>\n',
    "units-prefixed.svg": '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="1in" height="2.54cm">'
    '<s:rect width="50" height="50"/></s:svg>\n',
    "percent.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"'
    ' viewBox="0,0,48.5,36"><path d="M0 0h9v9z"/></svg>\n',
    "no-size.svg": '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>\n',
}

# What each file is made with. {i} is a folder with the inputs of `_inputs`, {o} the file.
COMMANDS = {
    # JPEG
    "jpeg-cjpeg.jpg": "cjpeg -quality 92 -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-progressive.jpg": "cjpeg -quality 92 -progressive -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-arithmetic.jpg": "cjpeg -quality 92 -arithmetic -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-restarts.jpg": "cjpeg -quality 92 -restart 1 -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-444.jpg": "cjpeg -quality 92 -sample 1x1 -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-sample-4x1.jpg": "cjpeg -quality 92 -sample 4x1 -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-rgb.jpg": "cjpeg -quality 92 -rgb -outfile {o} {i}/rgb.ppm",
    "jpeg-cjpeg-grey.jpg": "cjpeg -quality 92 -grayscale -outfile {o} {i}/rgb.ppm",
    "jpeg-magick.jpg": "convert {i}/rgb.png -quality 92 {o}",
    "jpeg-magick-interlaced.jpg": "convert {i}/rgb.png -interlace JPEG -quality 92 {o}",
    "jpeg-magick-cmyk.jpg": "convert {i}/rgb.png -colorspace CMYK -quality 92 {o}",
    "jpeg-vips.jpg": "vips jpegsave {i}/rgb.png {o} --Q 92",
    "jpeg-vips-p3.jpg": "vips icc_export {i}/lab.v {o}[Q=92] --output-profile p3",
    "jpeg-vips-adobe-rgb.jpg": "vips icc_export {i}/lab.v {o}[Q=92] --output-profile {p}/a98.icc",
    # PNG
    "png-vips.png": "vips pngsave {i}/rgb.png {o}",
    "png-vips-16.png": "vips pngsave {i}/rgb16.v {o}",
    "png-vips-16-alpha.png": "vips pngsave {i}/rgba16.v {o}",
    "png-vips-interlaced.png": "vips pngsave {i}/rgb64.v {o} --interlace",
    "png-vips-palette.png": "vips pngsave {i}/rgba.png {o} --palette",
    "png-vips-p3.png": "vips icc_export {i}/lab.v {o} --output-profile p3",
    "png-vips-16-adobe-rgb.png": (
        "vips icc_export {i}/lab16.v {o} --output-profile {p}/a98.icc --depth 16"
    ),
    "png-magick-rgba.png": "convert {i}/rgba.png PNG32:{o}",
    "png-magick-palette.png": "convert {i}/holed.png -colors 64 PNG8:{o}",
    "png-magick-colour-key.png": (
        "convert {i}/keyed.png -define png:color-type=2 -transparent #00ff00 {o}"
    ),
    "png-magick-grey.png": "convert {i}/grey.png -define png:color-type=0 {o}",
    "png-magick-grey-alpha.png": "convert {i}/greyalpha.png -define png:color-type=4 {o}",
    "png-magick-grey-16.png": "convert {i}/grey16.png -depth 16 -define png:color-type=0 {o}",
    "png-magick-grey-alpha-16.png": (
        "convert {i}/greyalpha.png -depth 16 -define png:bit-depth=16 -define png:color-type=4 {o}"
    ),
    "png-magick-grey-4.png": "convert {i}/grey.png -depth 4 -define png:bit-depth=4 {o}",
    "png-magick-1-bit.png": "convert {i}/grey.png -monochrome {o}",
    "png-magick-interlaced.png": "convert {i}/rgb.png -interlace PNG {o}",
    # GIF
    "gif-magick.gif": "convert {i}/rgb.png +dither -colors 128 {o}",
    "gif-magick-holed.gif": "convert {i}/holed.png +dither -colors 64 {o}",
    "gif-magick-interlaced.gif": "convert {i}/rgb.png +dither -colors 128 -interlace GIF {o}",
    "gif-magick-animated.gif": (
        "convert -delay 12 -loop 2 {i}/rgb.png {i}/rgb1.png {i}/rgb2.png +dither -colors 64 {o}"
    ),
    "gif-magick-partial.gif": (
        "convert -delay 12 -loop 0 {i}/rgb.png {i}/rgb1.png {i}/rgb2.png +dither -colors 64"
        " -layers OptimizePlus {o}"
    ),
    "gif-magick-holed-background.gif": (
        "convert -dispose Background -delay 12 {i}/holed.png {i}/holed1.png {i}/holed2.png"
        " +dither -colors 64 {o}"
    ),
    "gif-magick-patches-previous.gif": (
        "convert -delay 12 -loop 0 {i}/rgb.png -dispose Previous"
        " ( {i}/spot.png -repage 96x72+4+4 ) ( {i}/spot.png -repage 96x72+50+30 )"
        " +dither -colors 64 {o}"
    ),
    # WebP
    "webp-cwebp.webp": "cwebp -quiet -q 90 {i}/rgb.png -o {o}",
    "webp-cwebp-alpha.webp": "cwebp -quiet -q 90 {i}/rgba.png -o {o}",
    "webp-cwebp-lossless.webp": "cwebp -quiet -lossless {i}/rgb.png -o {o}",
    "webp-cwebp-lossless-alpha.webp": "cwebp -quiet -lossless -exact {i}/rgba.png -o {o}",
    "webp-cwebp-p3.webp": "cwebp -quiet -q 90 -metadata icc {i}/p3.png -o {o}",
    "webp-gif2webp.webp": "gif2webp -quiet {i}/partial.gif -o {o}",
    "webp-gif2webp-lossy.webp": "gif2webp -quiet -lossy -q 90 {i}/partial.gif -o {o}",
    "webp-img2webp-alpha.webp": (
        "img2webp -loop 3 -d 70 {i}/rgba.png -d 140 {i}/rgba1.png -d 210 {i}/rgba2.png -o {o}"
    ),
    "webp-vips.webp": "vips webpsave {i}/rgba.png {o} --Q 90",
    "webp-magick-lossless.webp": "convert {i}/rgba.png -define webp:lossless=true {o}",
    # AVIF
    "avif-avifenc.avif": "avifenc -s 6 --min 10 --max 20 {i}/rgb.png {o}",
    "avif-avifenc-444.avif": "avifenc -s 6 -y 444 --min 10 --max 20 {i}/rgb.png {o}",
    "avif-avifenc-grey.avif": "avifenc -s 6 -y 400 --min 10 --max 20 {i}/grey.png {o}",
    "avif-avifenc-alpha.avif": "avifenc -s 6 --min 10 --max 20 {i}/rgba.png {o}",
    "avif-avifenc-premultiplied.avif": (
        "avifenc -s 6 --premultiply --min 10 --max 20 {i}/rgba.png {o}"
    ),
    "avif-avifenc-10-bit.avif": "avifenc -s 6 -d 10 --min 10 --max 20 {i}/rgb16.png {o}",
    "avif-avifenc-12-bit-alpha.avif": "avifenc -s 6 -d 12 --min 10 --max 20 {i}/rgba16.png {o}",
    "avif-avifenc-lossless.avif": "avifenc -s 6 -l {i}/rgb.png {o}",
    "avif-avifenc-limited-range.avif": "avifenc -s 6 -r l --min 10 --max 20 {i}/rgb.png {o}",
    "avif-avifenc-turned.avif": "avifenc -s 6 --irot 1 --min 10 --max 20 {i}/rgb.png {o}",
    "avif-avifenc-mirrored.avif": "avifenc -s 6 --imir 1 --min 10 --max 20 {i}/rgb.png {o}",
    "avif-avifenc-p3-profile.avif": "avifenc -s 6 --min 10 --max 20 {i}/p3.png {o}",
    "avif-avifenc-animated.avif": (
        "avifenc -s 6 --timescale 10 --duration 2 --min 10 --max 20"
        " {i}/rgb.png {i}/rgb1.png {i}/rgb2.png {o}"
    ),
    "avif-avifenc-animated-alpha.avif": (
        "avifenc -s 6 --timescale 10 --min 10 --max 20 {i}/rgba.png {i}/rgba1.png {i}/rgba2.png {o}"
    ),
    # BMP
    "bmp-magick.bmp": "convert {i}/small.tif BMP3:{o}",
    "bmp-magick-rle.bmp": "convert {i}/rgb.png +dither -colors 64 -compress RLE BMP3:{o}",
    "bmp-magick-alpha.bmp": "convert {i}/rgba.png -resize 60x45 BMP:{o}",
    # TIFF
    "tiff-tiffcp-lzw.tif": "tiffcp -c lzw:2 {i}/rgb.tif {o}",
    "tiff-tiffcp-pages.tif": "tiffcp -c zip {i}/rgb.tif {i}/other.tif {o}",
    "tiff-tiffcp-big-endian-tiles.tif": "tiffcp -B -t -w 32 -l 32 -c zip:2 {i}/rgb.tif {o}",
    "tiff-tiffcp-planes.tif": "tiffcp -p separate -c packbits {i}/small.tif {o}",
    "tiff-vips-16.tif": "vips tiffsave {i}/rgb16.v {o} --compression deflate",
    "tiff-vips-16-alpha.tif": "vips tiffsave {i}/rgba16.v {o} --compression deflate",
    "tiff-vips-jpeg.tif": "vips tiffsave {i}/rgb.png {o} --compression jpeg --Q 92",
    "tiff-vips-p3.tif": "vips icc_export {i}/lab.v {o}[compression=deflate] --output-profile p3",
    "tiff-magick-cmyk.tif": "convert {i}/rgb.png -colorspace CMYK -compress Zip {o}",
    "tiff-magick-grey-16.tif": "convert {i}/grey16.png -depth 16 -compress LZW {o}",
    "tiff-magick-alpha.tif": "convert {i}/rgba.png -compress Zip {o}",
    "tiff-magick-palette.tif": "convert {i}/rgb.png +dither -colors 64 -compress Zip {o}",
    "tiff-magick-bilevel-white-is-0.tif": (
        "convert {i}/grey.png -monochrome -define quantum:polarity=min-is-white"
        " -compress Group4 {o}"
    ),
}


def by_hand() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """The files that a function makes: how it says so, and the function."""
    made: dict[str, tuple[str, Callable[[], bytes]]] = {}
    for name, (default, frames) in APNGS.items():
        made[name] = ("make_files.py, apng()", lambda d=default, f=frames: apng(d, f))
    for orientation in range(1, 9):
        name = f"jpeg-exiftool-orientation-{orientation}.jpg"
        how = f"cjpeg of the turned picture, then exiftool -n -Orientation={orientation}"
        made[name] = (how, lambda o=orientation: _turned_jpeg(o))
    for name, text in SVGS.items():
        made[name] = ("make_files.py, by hand", lambda t=text: t.encode())
    read = lambda name: (FILES / name).read_bytes()  # noqa: E731
    made |= {
        "jpeg-no-end-marker.jpg": (
            "jpeg-cjpeg.jpg without its last 2 bytes",
            lambda: read("jpeg-cjpeg.jpg")[:-2],
        ),
        "jpeg-pillow-cmyk.jpg": (
            "Pillow, quality=92",
            lambda: _pillow(picture().convert("CMYK"), "JPEG", quality=92),
        ),
        "jpeg-pillow-cmyk-no-adobe.jpg": (
            "jpeg-pillow-cmyk.jpg without its APP14 segment",
            lambda: without_marker(read("jpeg-pillow-cmyk.jpg")),
        ),
        "jpeg-pillow-ycck.jpg": ("Pillow, saved as CMYK, made YCCK by cjpeg's transform", _ycck),
        "jpeg-pillow-ycck-no-adobe.jpg": (
            "jpeg-pillow-ycck.jpg without its APP14 segment",
            lambda: without_marker(read("jpeg-pillow-ycck.jpg")),
        ),
        "png-pillow-colour-key-16.png": ("Pillow, I;16 with tRNS", _keyed_16),
        "png-exiftool-turned.png": ("Pillow, then exiftool -n -Orientation=6", _turned_png),
        "webp-webpmux-turned.webp": ("cwebp, then webpmux -set exif (Orientation 8)", _turned_webp),
        "webp-pillow-animated.webp": ("Pillow, save_all, lossless, loop=2", _pillow_webp),
        "avif-vips.avif": ("pyvips, heifsave(compression=av1, Q=80)", _vips_avif),
        "gif-vips-animated.gif": ("pyvips, gifsave", _vips_gif),
        "jpeg-vips-cmyk-profile.jpg": (
            "pyvips, jpegsave, inks of ImageMagick and ps_cmyk.icc of Ghostscript",
            lambda: _cmyk_with_profile().jpegsave_buffer(Q=92),
        ),
        "tiff-vips-cmyk-profile.tif": (
            "pyvips, tiffsave, inks of ImageMagick and ps_cmyk.icc of Ghostscript",
            lambda: _cmyk_with_profile().tiffsave_buffer(compression="deflate", predictor=2),
        ),
        "gif-pillow-animated.gif": ("Pillow, save_all, disposal=2", _pillow_gif),
        "avif-pillow-alpha.avif": ("Pillow, quality=85", _pillow_avif),
        "tiff-exiftool-turned.tif": (
            "tiffcp -c lzw:2, then exiftool -n -Orientation=6",
            _turned_tiff,
        ),
    }
    return made


# --- running the encoders ---


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}\n{done.stdout}{done.stderr}")


def _inputs(folder: Path) -> None:
    """Lossless files for the encoders to read."""
    for step in range(3):
        suffix = str(step or "")
        picture(step).save(folder / f"rgb{suffix}.png")
        clear(step).save(folder / f"rgba{suffix}.png")
        holed(step).save(folder / f"holed{suffix}.png")
    picture().save(folder / "rgb.ppm")
    picture().save(folder / "rgb.tif")
    Image.new("RGB", (200, 10)).save(folder / "other.tif")
    picture().resize((72, 54)).save(folder / "small.tif")
    picture().convert("L").save(folder / "grey.png")
    clear().convert("LA").save(folder / "greyalpha.png")
    patch((255, 255, 255)).convert("RGBA").point(lambda v: 255 if v > 127 else 0).save(
        folder / "spot.png"
    )
    keyed = picture()
    keyed.paste((0, 255, 0), (0, 0, WIDTH // 3, HEIGHT))
    keyed.save(folder / "keyed.png")
    filmstrip([picture(step).convert("RGBA") for step in range(3)]).convert("RGB").save(
        folder / "film.png"
    )
    rgb = pyvips.Image.new_from_file(str(folder / "rgb.png"))
    rgba = pyvips.Image.new_from_file(str(folder / "rgba.png"))
    rgb.resize(2 / 3).write_to_file(str(folder / "rgb64.v"))
    for name, image in (("rgb16", rgb.resize(2 / 3)), ("rgba16", rgba.resize(0.6))):
        wide = (image * 257.0).cast("ushort").copy(interpretation="rgb16")
        wide.write_to_file(str(folder / f"{name}.v"))
        wide.write_to_file(str(folder / f"{name}.png[compression=9]"))
    grey = rgb.colourspace("b-w")
    (grey * 257.0).cast("ushort").copy(interpretation="grey16").write_to_file(
        str(folder / "grey16.png")
    )
    lab = rgb.colourspace("lab")
    lab.write_to_file(str(folder / "lab.v"))
    lab.resize(2 / 3).write_to_file(str(folder / "lab16.v"))
    lab.icc_export(output_profile="p3").write_to_file(str(folder / "p3.png"))
    partial = shlex.split(COMMANDS["gif-magick-partial.gif"].format(i=folder, o="x"))
    _run([CONVERT, *partial[1:-1], str(folder / "partial.gif")])


def make(names: list[str]) -> None:
    """Write the files of these names, all when there are none, and the README."""
    FILES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        _inputs(Path(scratch))
        for name, command in COMMANDS.items():
            if not names or name in names:
                filled = command.format(i=scratch, o=FILES / name, p=PROFILES)
                words = shlex.split(filled)
                words[0] = CONVERT if words[0] == "convert" else words[0]
                words[0] = "/usr/bin/vips" if words[0] == "vips" else words[0]
                _run(words)
    for name, (_, function) in by_hand().items():
        if not names or name in names:
            (FILES / name).write_bytes(function())
    for name, (_, frames) in APNGS.items():
        strip = FILES / f"{name.removesuffix('.png')}.shown.webp"
        filmstrip(shown(frames)).save(strip, lossless=True, exact=True)
    for bmp in FILES.glob("bmp-*.bmp"):
        shown_there = bmp.with_suffix(".shown.webp")
        _run([CONVERT, str(bmp), "-define", "webp:lossless=true", str(shown_there)])
    _show_avifs()
    (FILES / "README.md").write_text(readme())


def _show_avifs() -> None:
    """Decode with avifdec what libvips cannot (films) or does not rightly (premultiplied)."""
    with tempfile.TemporaryDirectory() as scratch:
        frame = Path(scratch) / "frame.png"
        for name, count in SHOWN_AVIFS.items():
            frames = []
            for index in range(count):
                _run(["avifdec", "--index", str(index), str(FILES / name), str(frame)])
                frames.append(Image.open(frame).convert("RGBA"))
            filmstrip(frames).save(
                FILES / f"{name.removesuffix('.avif')}.shown.webp", lossless=True, exact=True
            )


SHOWN_AVIFS = {
    "avif-avifenc-animated.avif": 3,
    "avif-avifenc-animated-alpha.avif": 3,
    "avif-avifenc-premultiplied.avif": 1,
}


def readme() -> str:
    """The table that says who made each file."""
    rows = {name: command.format(i="IN", o="OUT", p=PROFILES) for name, command in COMMANDS.items()}
    rows |= {name: how for name, (how, _) in by_hand().items()}
    lines = "\n".join(f"| {name} | `{rows[name]}` |" for name in sorted(rows))
    return README_HEAD + lines + "\n"


README_HEAD = """# Specimens

Small files of every kind that is kept, from several independent encoders. Remake them with
`python tests/imaging/make_files.py [NAME …]`; this file is written by it too. They show one
picture of 96x72 pixels (red, green, blue and yellow corners, and a disc), some of them from
clear at the left to opaque at the right, some moving. `IN` is that picture as a lossless file.
`*.shown.webp` holds losslessly what a viewer of the APNG must show, frame below frame, put
together by `shown()` after the text of the specification, what avifdec reads in an AVIF that
moves or has premultiplied alpha, and what ImageMagick reads in a BMP: libvips, which decodes all
others for comparison, knows none of these.

Made with Pillow 13.0, ImageMagick 6.9.11, libvips 8.14 (`vips`, Debian 12), cwebp, gif2webp,
img2webp and webpmux 1.2.4, avifenc 0.11.1, cjpeg (libjpeg-turbo 2.1.5), tiffcp (libtiff 4.5.0),
exiftool 12.57.

| file | made by |
|---|---|
"""


def _exiftool(body: bytes, suffix: str, orientation: int) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"x{suffix}"
        path.write_bytes(body)
        _run(
            [
                "exiftool",
                "-q",
                "-n",
                "-overwrite_original",
                f"-Orientation={orientation}",
                str(path),
            ]
        )
        return path.read_bytes()


_TURN_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _stored(orientation: int, image: Image.Image) -> Image.Image:
    return image.transpose(_TURN_BACK[orientation]) if orientation > 1 else image


def _encoded(image: Image.Image, *command: str, suffix: str = ".ppm", out: str) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / f"in{suffix}", Path(scratch) / f"out{out}"
        image.save(source)
        _run([word.format(i=source, o=target) for word in command])
        return target.read_bytes()


def _pillow(image: Image.Image, kind: str, **options: object) -> bytes:
    with tempfile.TemporaryFile() as file:
        image.save(file, kind, **options)
        file.seek(0)
        return file.read()


def _turned_jpeg(orientation: int) -> bytes:
    command = ("cjpeg", "-quality", "92", "-outfile", "{o}", "{i}")
    body = _encoded(_stored(orientation, picture()), *command, out=".jpg")
    return _exiftool(body, ".jpg", orientation)


def _turned_png() -> bytes:
    return _exiftool(_pillow(_stored(6, clear()), "PNG"), ".png", 6)


def _turned_tiff() -> bytes:
    command = ("tiffcp", "-c", "lzw:2", "{i}", "{o}")
    body = _encoded(_stored(6, picture()), *command, suffix=".tif", out=".tif")
    return _exiftool(body, ".tif", 6)


def _turned_webp() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 8
    command = ("cwebp", "-quiet", "-q", "90", "{i}", "-o", "{o}")
    body = _encoded(_stored(8, picture()), *command, suffix=".png", out=".webp")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "e").write_bytes(exif.tobytes().removeprefix(b"Exif\0\0"))
        (folder / "w").write_bytes(body)
        _run(
            [
                "webpmux",
                "-set",
                "exif",
                str(folder / "e"),
                str(folder / "w"),
                "-o",
                str(folder / "o"),
            ]
        )
        return (folder / "o").read_bytes()


def _ycck() -> bytes:
    """Y, Cb and Cr of the inverted inks beside the inverted K, and a marker that says so.

    Pillow writes four channels as they are; APP14's last byte says what they mean (2: YCCK,
    https://www.w3.org/Graphics/JPEG/itu-t81.pdf and Adobe Technical Note 5116).
    """
    inks = picture().convert("CMYK")
    # some black, so that the fourth channel has something to say
    cyan, magenta, yellow, _ = inks.split()
    black = Image.linear_gradient("L").resize(inks.size).point(lambda value: value // 3)
    # The file holds inverted inks; YCC of (255 - C, 255 - M, 255 - Y) is that of an RGB picture.
    inverted = Image.merge("RGB", [ImageChops.invert(ink) for ink in (cyan, magenta, yellow)])
    y, cb, cr = inverted.convert("YCbCr").split()
    # Pillow inverts what it writes, so what should be in the file is handed over inverted.
    channels = [ImageChops.invert(channel) for channel in (y, cb, cr)]
    body = bytearray(_pillow(Image.merge("CMYK", [*channels, black]), "JPEG", quality=92))
    at = body.index(b"Adobe")
    body[at + 11] = 2
    return bytes(body)


def _keyed_16() -> bytes:
    row = b"".join(struct.pack("<H", x * 65535 // (WIDTH - 1)) for x in range(WIDTH))
    image = Image.frombytes("I;16", (WIDTH, HEIGHT), row * HEIGHT)
    return _pillow(image, "PNG", transparency=0)


def _pillow_webp() -> bytes:
    others = [clear(1), clear(2)]
    options = {"duration": [80, 160, 240], "loop": 2, "lossless": True}
    return _pillow(clear(), "WEBP", save_all=True, append_images=others, **options)


def _pillow_gif() -> bytes:
    others = [holed(1), holed(2)]
    return _pillow(
        holed(), "GIF", save_all=True, append_images=others, duration=120, loop=0, disposal=2
    )


def _cmyk_with_profile() -> pyvips.Image:
    image = pyvips.Image.new_from_file(str(FILES / "tiff-magick-cmyk.tif")).copy()
    profile = (PROFILES / "ps_cmyk.icc").read_bytes()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image


def _vips_avif() -> bytes:
    image = pyvips.Image.new_from_memory(picture().tobytes(), WIDTH, HEIGHT, 3, "uchar")
    return image.copy(interpretation="srgb").heifsave_buffer(compression="av1", Q=80)


def _vips_gif() -> bytes:
    strip = filmstrip([picture(step).convert("RGBA") for step in range(3)])
    film = pyvips.Image.new_from_memory(strip.tobytes(), WIDTH, 3 * HEIGHT, 4, "uchar")
    film = film.copy(interpretation="srgb")
    film.set_type(pyvips.GValue.gint_type, "page-height", HEIGHT)
    film.set_type(pyvips.GValue.array_int_type, "delay", [70, 140, 210])
    return film.gifsave_buffer(dither=0, effort=10)


def _pillow_avif() -> bytes:
    return _pillow(clear(), "AVIF", quality=85)


if __name__ == "__main__":
    make(sys.argv[1:])
