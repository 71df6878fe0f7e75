"""A described set of pictures: bases, what sites do to them, and different ones that look alike.

Everything follows from seeds, so that two runs have the same pictures (Pillow's version may
change an encoder's bytes). Bases are painted by the demo's painter or made of noise that has
the edges and the spectrum of photographs; nothing is read from disk.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from imagecrawler.demo.painting import paint
from imagecrawler.demo.works import WORKS

Picture = Image.Image
Variant = Callable[[Picture], Picture]

BASE_WIDTH_PX = 900


def bases(most: int | None = None) -> Iterator[tuple[str, Picture]]:
    """Yield names and pictures, no two of which are the same: painted and noise in turn."""
    views = [view for work in WORKS for view in work.views]
    for number, view in enumerate(views[:most]):
        painted = Image.open(io.BytesIO(paint(view, BASE_WIDTH_PX)))
        painted.load()
        yield view.file, painted
        yield f"noise {number}", noise(number)


def noise(seed: int, size: tuple[int, int] = (900, 640)) -> Picture:
    """Return a picture with the edges and the spectrum of a photograph.

    "Dead leaves": things of all sizes (the density of the radius falls with its cube) cover
    each other, as in the world (Lee, Mumford, Huang: Occlusion models for natural images, 2001);
    each has a texture, light falls from one side, and there is grain.
    """
    rng = random.Random(f"noise {seed}")
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    tones = [tuple(rng.randrange(10, 246) for _ in range(3)) for _ in range(6)]
    for _ in range(1500):
        radius = min(8 / (rng.random() ** 0.5 + 1e-3), 260)
        x, y = rng.uniform(-99, size[0] + 99), rng.uniform(-99, size[1] + 99)
        wide, high = radius * rng.uniform(0.5, 1.5), radius * rng.uniform(0.5, 1.5)
        fill = tuple(_near(rng, channel) for channel in rng.choice(tones))
        draw = rng.choice((pen.ellipse, pen.rectangle))
        draw((x - wide, y - high, x + wide, y + high), fill=fill)
    light = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(size)
    lit = Image.blend(picture, light.convert("RGB"), rng.uniform(0.1, 0.3))
    return ImageChops.add(lit, _texture(rng, size), 1.0, -128)


def _near(rng: random.Random, channel: int) -> int:
    return max(0, min(255, channel + rng.randrange(-25, 26)))


def _texture(rng: random.Random, size: tuple[int, int]) -> Picture:
    total = Image.new("L", size, 128)
    for cells, strength in ((8, 0.25), (40, 0.15), (200, 0.12), (500, 0.08)):
        grid = Image.frombytes("L", (cells, cells), rng.randbytes(cells * cells))
        wide = grid.resize(size, Image.Resampling.BICUBIC)
        centred = wide.point([round(128 + (v - 128) * strength) for v in range(256)])
        total = ImageChops.add(total, centred, 1.0, -128)
    return total.convert("RGB")


# -- what sites do to a picture ---------------------------------------------------------------


def _scaled(factor: float) -> Variant:
    return lambda picture: picture.resize(
        (round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC
    )


def _saved(kind: str, **options: int) -> Variant:
    def save(picture: Picture) -> Picture:
        out = io.BytesIO()
        picture = picture if kind == "PNG" or kind == "WEBP" else on_white(picture)
        picture.save(out, kind, **options)
        read = Image.open(out)
        read.load()
        return read

    return save


def _cropped(part: float) -> Variant:
    """Cut ``part`` of the width and of the height off, unevenly: three quarters at one side."""

    def crop(picture: Picture) -> Picture:
        x, y = picture.width * part, picture.height * part
        box = (x * 0.75, y * 0.25, picture.width - x * 0.25, picture.height - y * 0.75)
        return picture.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type]

    return crop


def _watermarked(picture: Picture) -> Picture:
    marked = on_white(picture).convert("RGBA")
    layer = Image.new("RGBA", marked.size)
    font = ImageFont.load_default(marked.width // 14)
    ImageDraw.Draw(layer).text(
        (marked.width * 0.5, marked.height * 0.9),
        "(c) example.com",
        (255, 255, 255, 150),
        font,
        anchor="mm",
    )
    return Image.alpha_composite(marked, layer).convert("RGB")


def _captioned(picture: Picture) -> Picture:
    captioned = on_white(picture).copy()
    pen = ImageDraw.Draw(captioned)
    high = captioned.height // 12
    pen.rectangle((0, captioned.height - high, captioned.width, captioned.height), "black")
    font = ImageFont.load_default(high * 2 // 3)
    at = (high / 2, captioned.height - high / 2)
    pen.text(at, "A harbour in the morning", "white", font, anchor="lm")
    return captioned


def _bordered(part: float) -> Variant:
    def border(picture: Picture) -> Picture:
        edge = round(picture.width * part)
        size = (picture.width + 2 * edge, picture.height + 2 * edge)
        framed = Image.new("RGB", size, "white")
        framed.paste(on_white(picture), (edge, edge))
        return framed

    return border


def _enhanced(kind: Callable[[Picture], ImageEnhance._Enhance], factor: float) -> Variant:
    return lambda picture: kind(on_white(picture)).enhance(factor)


VARIANTS: dict[str, Variant] = {
    "half as wide": _scaled(0.5),
    "a quarter as wide": _scaled(0.25),
    "1.5 times as wide": _scaled(1.5),
    "twice as wide": _scaled(2.0),
    "JPEG quality 40": _saved("JPEG", quality=40),
    "JPEG quality 70": _saved("JPEG", quality=70),
    "JPEG quality 95": _saved("JPEG", quality=95),
    "as PNG": _saved("PNG"),
    "as WebP quality 60": _saved("WEBP", quality=60),
    "as GIF": _saved("GIF"),
    "brightness +15 %": _enhanced(ImageEnhance.Brightness, 1.15),
    "brightness -15 %": _enhanced(ImageEnhance.Brightness, 0.85),
    "contrast +15 %": _enhanced(ImageEnhance.Contrast, 1.15),
    "colour -30 %": _enhanced(ImageEnhance.Color, 0.7),
    "sharpened": lambda picture: on_white(picture).filter(ImageFilter.SHARPEN),
    "watermark": _watermarked,
    "caption over 8 %": _captioned,
    "border of 1 %": _bordered(0.01),
    "border of 3 %": _bordered(0.03),
    "cropped by 2 %": _cropped(0.02),
    "cropped by 3.5 %": _cropped(0.035),
    "cropped by 5 %": _cropped(0.05),
}


def on_white(picture: Picture) -> Picture:
    """Return a picture as RGB, what is clear being white."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    return paper


# -- different pictures that look alike -------------------------------------------------------


def hard_negatives(each: int = 40) -> Iterator[tuple[str, str, Picture]]:
    """Yield kind, name and picture; no two of them are the same picture."""
    for kind, draw in _NEGATIVES.items():
        for number in range(each):
            yield kind, f"{kind} {number}", draw(random.Random(f"{kind} {number}"))
    for number in range(min(each, 40)):
        yield "other colour", f"other colour {number}", _recoloured(number)


def _plain(rng: random.Random) -> Picture:
    return Image.new("RGB", (600, 400), _colour(rng))


def _gradient(rng: random.Random) -> Picture:
    ramp = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize((600, 400))
    colours = [Image.new("RGB", ramp.size, _colour(rng)) for _ in range(2)]
    return Image.composite(*colours, ramp)


def _disc(rng: random.Random) -> Picture:
    """A placeholder: one disc in the middle of a plain ground."""
    picture = Image.new("RGB", (600, 400), _colour(rng))
    radius = rng.randrange(60, 190)
    box = (300 - radius, 200 - radius, 300 + radius, 200 + radius)
    ImageDraw.Draw(picture).ellipse(box, _colour(rng))
    return picture


def _screenshot(rng: random.Random) -> Picture:
    """A page of text: the same margins and lines, other words."""
    picture = Image.new("RGB", (800, 600), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(16)
    for line in range(24):
        pen.text((40, 30 + line * 23), _words(rng, rng.randrange(5, 13)), "black", font)
    return picture


def _titled(rng: random.Random) -> Picture:
    """A template: the same ground, logo and frame on each; title and picture are other ones."""
    picture = Image.new("RGB", (800, 450), (28, 40, 74))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 800, 60), (230, 80, 40))
    pen.ellipse((700, 370, 770, 440), (230, 80, 40))
    pen.text((30, 14), "The Daily Example", "white", ImageFont.load_default(30))
    pen.text((40, 130), _words(rng, 2), "white", ImageFont.load_default(48))
    pen.text((40, 200), _words(rng, 3), "white", ImageFont.load_default(48))
    picture.paste(noise(rng.randrange(10**6), (300, 220)), (460, 110))
    return picture


def _product(rng: random.Random) -> Picture:
    """A thing on white, in the middle, as shops show it: other parts, other colours."""
    picture = Image.new("RGB", (600, 600), "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.randrange(3, 7)):
        x, y = rng.randrange(150, 330), rng.randrange(150, 330)
        box = (x, y, x + rng.randrange(60, 180), y + rng.randrange(60, 180))
        rng.choice((pen.rectangle, pen.ellipse))(box, fill=_colour(rng))
    return picture


def _recoloured(number: int) -> Picture:
    """One of eight things in one of five colours: what a shop calls another article."""
    shape, fill = random.Random(f"shape {number % 8}"), _COLOURS[number // 8 % 5]
    picture = Image.new("RGB", (600, 600), "white")
    pen = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y = shape.randrange(150, 330), shape.randrange(150, 330)
        box = (x, y, x + shape.randrange(60, 180), y + shape.randrange(60, 180))
        shape.choice((pen.rectangle, pen.ellipse))(box, fill=fill, outline="black", width=3)
    return picture


_COLOURS = ((200, 30, 40), (30, 90, 200), (20, 130, 60), (230, 170, 20), (120, 40, 150))


def _chart(rng: random.Random) -> Picture:
    """A bar chart: the same axes, other values."""
    picture = Image.new("RGB", (640, 480), "white")
    pen = ImageDraw.Draw(picture)
    for line in range(6):
        pen.line((60, 40 + line * 72, 620, 40 + line * 72), (210, 210, 210))
    for bar in range(8):
        pen.rectangle((80 + bar * 66, 400 - rng.randrange(20, 350), 124 + bar * 66, 400), "navy")
    return picture


def _landscape(rng: random.Random) -> Picture:
    """Sky over ground with the horizon at nearly the same place."""
    picture = noise(rng.randrange(10**6), (600, 400))
    sky = Image.new("RGB", (600, 170 + rng.randrange(20)), (150, 190, 235))
    picture.paste(sky, (0, 0))
    return picture


_NEGATIVES: dict[str, Callable[[random.Random], Picture]] = {
    "plain colour": _plain,
    "gradient": _gradient,
    "one disc": _disc,
    "page of text": _screenshot,
    "same template": _titled,
    "product on white": _product,
    "bar chart": _chart,
    "same horizon": _landscape,
}

_SYLLABLES = ("ba", "den", "ri", "lo", "tam", "su", "ke", "mor", "a", "vin", "to", "gra")


def _words(rng: random.Random, count: int) -> str:
    return " ".join(
        "".join(rng.choice(_SYLLABLES) for _ in range(rng.randrange(1, 4))) for _ in range(count)
    )


def _colour(rng: random.Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)
