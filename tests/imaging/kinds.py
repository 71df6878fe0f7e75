"""The specimens in `files/` beside what libvips decodes from them, and how far off we are."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image

from imagecrawler.imaging.render import RenderedFile, render
from imagecrawler.imaging.rules import ImageRules

FILES = Path(__file__).parent / "files"
# Of the films whose reference is a strip; the recipes say so, 100 for all others.
DURATIONS_MS = {"avif-avifenc-animated.avif": 200}
NARROW = ImageRules((48, "original"))
WHOLE = ImageRules((200, "original"))  # wider than all: kept at their own size

# How far a stored file may be off from libvips' full decoding (ICC profiles by lcms) and Lanczos,
# as it is seen on grey: the mean over all pixels and channels, and the worst of them, of 255.
# Lossless kinds are resampled only. The others are encoded anew at quality 85 with half the
# chroma, which around the disc, at a few pixels, is much of what there is.
BOUNDS = {
    "jpeg": (5.0, 72.0),
    "webp": (5.0, 72.0),
    "avif": (5.0, 72.0),
    "png": (1.0, 16.0),
    "gif": (2.5, 48.0),
}
# Two levels only, which Lanczos overshoots: libvips clips after each direction, Pillow too, but
# the other one comes first.
BILEVEL_BOUND = (2.0, 32.0)
# The profile makes colours beyond sRGB, and halved chroma smears them most.
SATURATED_BOUND = (5.0, 96.0)

# A quarter of the chroma, which decoders smooth each in a way of its own.
COARSE_BOUND = (3.0, 40.0)

# libvips fills the end of a file that is cut off.
STAND_INS = {
    "jpeg-no-end-marker.jpg": "jpeg-cjpeg.jpg",
}
ENCODERS = {
    "cjpeg": "cjpeg 2.1.5",
    "magick": "ImageMagick 6.9.11",
    "vips": "libvips",
    "pillow": "Pillow",
    "tiffcp": "tiffcp 4.5.0",
    "cwebp": "cwebp 1.2.4",
    "gif2webp": "gif2webp 1.2.4",
    "img2webp": "img2webp 1.2.4",
    "webpmux": "webpmux 1.2.4",
    "avifenc": "avifenc 0.11.1",
    "exiftool": "exiftool",
}


@dataclass
class Film:
    """Frames as sRGB with alpha, and how long each is shown."""

    frames: list[pyvips.Image]
    durations_ms: list[int] = field(default_factory=list)
    loop: int | None = None

    @property
    def has_alpha(self) -> bool:
        """Whether anything is less than opaque."""
        return any(frame[3].min() < 255 for frame in self.frames)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frames[0].width, self.frames[0].height


def specimen_names() -> list[str]:
    """The specimens, sorted."""
    found = (path.name for path in FILES.iterdir())
    return sorted(name for name in found if not name.endswith((".md", ".shown.webp")))


def specimen(name: str) -> bytes:
    """The bytes of one specimen."""
    return (FILES / name).read_bytes()


def reference(name: str) -> Film:
    """What the specimen shows, by libvips; an APNG by the specification's own text."""
    shown = FILES / f"{name.rpartition('.')[0]}.shown.webp"
    if shown.exists():
        return _shown(name, _srgb(pyvips.Image.new_from_file(str(shown))))
    if name in STAND_INS:
        return film(specimen(STAND_INS[name]))
    return film(specimen(name))


def _shown(name: str, strip: pyvips.Image) -> Film:
    frames = _pages(strip, strip.height if name.startswith("bmp") else 72)
    durations = [DURATIONS_MS.get(name, 100)] * len(frames) if len(frames) > 1 else []
    return Film(frames, durations, None if name.endswith(".avif") else 0)


def film(body: bytes) -> Film:
    """Decode with libvips: all frames, upright, sRGB with alpha, 8 bits."""
    image = _opened(body)
    durations = image.get("delay") if image.get_typeof("delay") else []
    loop = image.get("loop") if image.get_typeof("loop") else None
    page_height = image.get("page-height") if image.get_typeof("page-height") else image.height
    is_film = image.height > page_height
    if not is_film:
        image, page_height = image.autorot(), 0
    image = _srgb(image)
    return Film(_pages(image, page_height or image.height), durations if is_film else [], loop)


def _opened(body: bytes) -> pyvips.Image:
    is_film = body[:3] == b"GIF" or body[:4] == b"RIFF"
    return pyvips.Image.new_from_buffer(body, "n=-1" if is_film else "")


def _srgb(image: pyvips.Image) -> pyvips.Image:
    profile = image.get_typeof("icc-profile-data")
    if image.interpretation in ("cmyk", "multiband") and not profile:
        image = _from_inks(image)
    elif profile:
        options = {"embedded": True, "pcs": "lab", "black_point_compensation": True, "depth": 8}
        image = image.icc_transform("srgb", **options)
    else:
        image = image.colourspace("srgb")
    image = image.cast("uchar")
    return image if image.bands == 4 else image.bandjoin(255)


def _from_inks(image: pyvips.Image) -> pyvips.Image:
    """What browsers make of CMYK without a profile: each colour times black."""
    inks = (255 - image[0:3]) * (255 - image[3]) / 255
    return inks.copy(interpretation="srgb")


def _pages(image: pyvips.Image, height: int) -> list[pyvips.Image]:
    image = image.copy_memory()
    return [image.crop(0, y, image.width, height) for y in range(0, image.height, height)]


def error(got: Film, wanted: Film) -> tuple[float, float]:
    """The mean and the largest difference, 0 to 255, of what is seen on grey, at any time."""
    pairs = [(a, b) for a, b in _at_the_same_time(got, wanted)]
    found = [_difference(a, b) for a, b in pairs]
    return max(mean for mean, _ in found), max(most for _, most in found)


def _at_the_same_time(got: Film, wanted: Film) -> list[tuple[pyvips.Image, pyvips.Image]]:
    """Pair frames by when they are shown: equal ones in a row may have become one."""
    if len(got.frames) == len(wanted.frames):
        return list(zip(got.frames, wanted.frames, strict=True))
    ends = list(accumulate(got.durations_ms or [1]))
    starts = [0, *accumulate(wanted.durations_ms)]
    numbers = [min(bisect_right(ends, start), len(ends) - 1) for start in starts[:-1]]
    return [(got.frames[n], frame) for n, frame in zip(numbers, wanted.frames, strict=True)]


def _difference(got: pyvips.Image, wanted: pyvips.Image) -> tuple[float, float]:
    ours, theirs = on_grey(got), on_grey(resized(wanted, got.width, got.height))
    apart = (ours - theirs).abs()
    return apart.avg(), apart.max()


def on_grey(image: pyvips.Image) -> pyvips.Image:
    """The picture without alpha, laid on grey."""
    return image.flatten(background=[128, 128, 128])


def resized(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """The picture at another size, by libvips' Lanczos, alpha premultiplied."""
    if (image.width, image.height) == (width, height):
        return image
    scales = width / image.width, height / image.height
    small = image.premultiply().resize(scales[0], vscale=scales[1]).unpremultiply()
    return small.cast("uchar").crop(0, 0, width, height)


@dataclass
class Stored:
    """One file that was stored: what it shows, and how far that is from what it should."""

    file: RenderedFile
    is_untouched: bool
    film: Film
    error: tuple[float, float]


def stored(name: str, rules: ImageRules, shows: Film) -> Stored:
    """Render one specimen, and measure the file in the only width of ``rules``."""
    body = specimen(name)
    rendered = render(body, rules)
    file = next(file for file in rendered.files if file.bucket == str(rules.widths[0]))
    if file.data == body:
        return Stored(file, True, shows, (0.0, 0.0))
    shown_by = decoded(file)
    return Stored(file, False, shown_by, error(shown_by, shows))


def true_kind(data: bytes) -> str:
    """The kind of a file by its first bytes, as `file` would tell."""
    signatures = {
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG": "png",
        b"GIF8": "gif",
        b"BM": "bmp",
        b"II*\0": "tiff",
        b"MM\0*": "tiff",
        b"RIFF": "webp",
    }
    found = [kind for start, kind in signatures.items() if data.startswith(start)]
    return found[0] if found else ("avif" if data[4:10] == b"ftypav" else "svg")


def bound(name: str, kind: str) -> tuple[float, float]:
    """What a file of ``kind`` made from this specimen may be off."""
    if "cmyk-profile" in name and kind == "jpeg":
        return SATURATED_BOUND
    if "1-bit" in name or "bilevel" in name:
        return max(BOUNDS[kind], BILEVEL_BOUND)
    return max(BOUNDS[kind], COARSE_BOUND) if "4x1" in name else BOUNDS[kind]


def decoded(file: RenderedFile) -> Film:
    """What a stored file shows, by libvips; Pillow where that knows no films: APNG, AVIF."""
    is_apng = file.data[:4] == b"\x89PNG" and b"acTL" in file.data
    if not is_apng and file.data[4:12] != b"ftypavis":
        return film(file.data)
    frames, durations, loop = pillow_frames(file.data)
    return Film(frames, durations, loop)


def pillow_frames(body: bytes) -> tuple[list[pyvips.Image], list[int], Any]:
    """The frames of an APNG or AVIF that we wrote: whole ones, which Pillow reads rightly."""
    image = Image.open(io.BytesIO(body))
    first = 1 if getattr(image, "default_image", False) else 0
    frames, durations = [], []
    for index in range(first, getattr(image, "n_frames", 1)):
        image.seek(index)
        view = image.convert("RGBA")
        raw = pyvips.Image.new_from_memory(view.tobytes(), view.width, view.height, 4, "uchar")
        frames.append(raw.copy(interpretation="srgb"))
        durations.append(int(image.info["duration"]))
    return frames, durations, image.info.get("loop")
