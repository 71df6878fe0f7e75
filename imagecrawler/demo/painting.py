"""How the demo's pictures are drawn: from a name to the bytes of an image file.

Each motif is a small generative drawing in units of the picture's width, so that every
rendition of one picture shows the same scene. Nothing is read from disk.
"""

from __future__ import annotations

import colorsys
import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from imagecrawler.demo.works import VIEW_BY_FILE, View

_SMOOTHED_UP_TO_PX = 600

Colour = tuple[int, int, int]
Point = tuple[float, float]

_EXIF_ORIENTATION = 0x0112
_TURNED_RIGHT = 6  # The camera was held upright: show it after a quarter turn clockwise.


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one light: ``hue`` in turns, ``shade`` 0 (night) to 1 (noon)."""

    hue: float
    shade: float

    def colour(self, hue_shift: float, saturation: float, value: float) -> Colour:
        """Return an RGB colour that fits the light."""
        lit = min(1.0, value * (0.55 + 0.5 * self.shade))
        rgb = colorsys.hsv_to_rgb((self.hue + hue_shift) % 1.0, saturation, lit)
        return round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255)


class Canvas:
    """A picture in the making: coordinates in units of its width, y from 0 to 2/3."""

    def __init__(self, width_px: int, *, transparent: bool = False) -> None:
        self.width_px = width_px
        self.height_px = width_px * 2 // 3
        size = (width_px, self.height_px)
        self.image = Image.new("RGBA", size) if transparent else Image.new("RGB", size)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def sky(self, top: Colour, bottom: Colour) -> None:
        """Fill the canvas with a vertical gradient."""
        ramp = Image.linear_gradient("L").resize((1, self.height_px))
        tall = Image.composite(
            Image.new("RGB", ramp.size, bottom), Image.new("RGB", ramp.size, top), ramp
        )
        self.image.paste(tall.resize(self.image.size, Image.Resampling.NEAREST))

    def shape(self, points: list[Point], fill: Colour, alpha: int = 255) -> None:
        """Fill a polygon."""
        scale = self.width_px
        self.draw.polygon([(x * scale, y * scale) for x, y in points], fill=(*fill, alpha))

    def disc(self, centre: Point, radius: float, fill: Colour, alpha: int = 255) -> None:
        """Fill a circle."""
        x, y, r = centre[0] * self.width_px, centre[1] * self.width_px, radius * self.width_px
        self.draw.ellipse((x - r, y - r, x + r, y + r), fill=(*fill, alpha))


def _ridge(rng: random.Random, base: float, swing: float, bends: float) -> list[Point]:
    phases = [rng.uniform(0, math.tau) for _ in range(3)]
    line = []
    for step in range(49):
        x = step / 48
        wave = sum(math.sin(x * bends * n + phases[n - 1]) / n for n in (1, 2, 3))
        line.append((x, base + swing * wave))
    return [*line, (1.0, 0.7), (0.0, 0.7)]


def _hills(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.5, 0.35, 0.95), palette.colour(0.02, 0.25, 1.0))
    canvas.disc((rng.uniform(0.2, 0.8), 0.2), 0.06, palette.colour(0.05, 0.2, 1.0), 230)
    for layer in range(6):
        fill = palette.colour(0.01 * layer, 0.35 + 0.09 * layer, 0.95 - 0.11 * layer)
        canvas.shape(_ridge(rng, 0.3 + 0.065 * layer, 0.03, 4 + layer), fill)


def _lights(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.6, 0.7, 0.15), palette.colour(0.55, 0.6, 0.4))
    for _ in range(46):
        centre = (rng.uniform(0, 1), rng.uniform(0.05, 0.65))
        fill = palette.colour(rng.uniform(-0.06, 0.1), 0.6, 1.0)
        radius = rng.uniform(0.015, 0.07)
        canvas.disc(centre, radius, fill, 70)
        canvas.disc(centre, radius * 0.82, fill, 60)


def _waves(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.55, 0.2, 1.0), palette.colour(0.55, 0.5, 0.8))
    for layer in range(14):
        fill = palette.colour(0.52 + 0.008 * layer, 0.25 + 0.04 * layer, 1.0 - 0.045 * layer)
        canvas.shape(_ridge(rng, 0.12 + 0.04 * layer, 0.012, 7), fill, 225)


def _peaks(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.62, 0.75, 0.25), palette.colour(0.75, 0.4, 0.8))
    for _ in range(160):
        star = (rng.uniform(0, 1), rng.uniform(0, 0.4))
        canvas.disc(star, rng.uniform(0.0006, 0.002), (255, 250, 235), rng.randint(120, 255))
    canvas.disc((rng.uniform(0.15, 0.85), 0.12), 0.035, (250, 245, 225))
    for layer in range(4):
        line = [(0.0, 0.7)]
        steps = 9 + 2 * layer
        for step in range(steps + 1):
            high = 0.1 if step % 2 else 0.0
            line.append((step / steps, 0.36 + 0.075 * layer - high * rng.uniform(0.5, 1.2)))
        fill = palette.colour(0.66, 0.3 + 0.1 * layer, 0.6 - 0.12 * layer)
        canvas.shape([*line, (1.0, 0.7)], fill)


def _skyline(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.6, 0.5, 0.7), palette.colour(0.03, 0.45, 1.0))
    for layer in range(3):
        x = -0.02
        fill = palette.colour(0.62, 0.35 + 0.1 * layer, 0.5 - 0.13 * layer)
        while x < 1.0:
            wide, top = rng.uniform(0.05, 0.11), rng.uniform(0.2, 0.38) + 0.09 * layer
            canvas.shape([(x, top), (x + wide, top), (x + wide, 0.7), (x, 0.7)], fill)
            for row in range(1, 12):
                for column in range(1, int(wide / 0.016)):
                    if rng.random() < 0.3:
                        _window(canvas, x + 0.016 * column, top + 0.026 * row)
            x += wide + rng.uniform(0.0, 0.02)


def _window(canvas: Canvas, x: float, y: float) -> None:
    corners = [(x, y), (x + 0.007, y), (x + 0.007, y + 0.012), (x, y + 0.012)]
    canvas.shape(corners, (255, 225, 150), 210)


def _flowers(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    canvas.sky(palette.colour(0.3, 0.15, 1.0), palette.colour(0.25, 0.55, 0.75))
    for row in range(60):
        size = 0.008 + 0.0006 * row
        x, y = rng.uniform(0, 1), 0.22 + 0.0072 * row
        stem = [(x - size / 8, y), (x + size / 8, y), (x, y + size * 5)]
        canvas.shape(stem, palette.colour(0.28, 0.7, 0.5))
        fill = palette.colour(rng.choice((0.0, 0.08, 0.85)), 0.65, 1.0)
        turn = rng.uniform(0, math.tau)
        for petal in range(6):
            angle = turn + petal * math.tau / 6
            centre = (x + size * math.cos(angle), y + size * math.sin(angle))
            canvas.disc(centre, size * 0.62, fill, 235)
        canvas.disc((x, y), size * 0.55, (250, 215, 90))


def _tiles(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    side, drift = 1 / 15, rng.uniform(0.1, 0.3)
    for row in range(10):
        for column in range(15):
            x, y = column * side, row * side
            for half in range(2):
                third = (x + side, y) if half else (x, y + side)
                hue = drift * (column + row) / 24 + rng.uniform(-0.03, 0.03)
                fill = palette.colour(hue, rng.uniform(0.35, 0.65), rng.uniform(0.65, 1.0))
                canvas.shape([(x, y), (x + side, y + side), third], fill)


def _leaves(canvas: Canvas, rng: random.Random, palette: Palette) -> None:
    for _ in range(30):
        x, y = rng.uniform(0.08, 0.92), rng.uniform(0.08, 0.58)
        long, angle = rng.uniform(0.06, 0.15), rng.uniform(0, math.tau)
        fill = palette.colour(rng.uniform(0.1, 0.35), 0.55, 0.9)
        canvas.shape(_leaf(x, y, long, angle), fill, 190)
        tip = (x + long * math.cos(angle), y + long * math.sin(angle))
        width_px = max(1, canvas.width_px // 500)
        ends = [(p * canvas.width_px, q * canvas.width_px) for p, q in ((x, y), tip)]
        canvas.draw.line(ends, fill=(255, 255, 255, 150), width=width_px)


def _leaf(x: float, y: float, long: float, angle: float) -> list[Point]:
    points = []
    for side in (1, -1):
        for step in range(13) if side > 0 else range(12, -1, -1):
            along = step / 12
            out = side * 0.22 * math.sin(math.pi * along) * (1.15 - 0.5 * along)
            across, forward = long * out, long * along
            points.append(
                (
                    x + forward * math.cos(angle) - across * math.sin(angle),
                    y + forward * math.sin(angle) + across * math.cos(angle),
                )
            )
    return points


_MOTIFS: dict[str, Callable[[Canvas, random.Random, Palette], None]] = {
    "hills": _hills,
    "lights": _lights,
    "waves": _waves,
    "peaks": _peaks,
    "skyline": _skyline,
    "flowers": _flowers,
    "tiles": _tiles,
    "leaves": _leaves,
}
_SHADES = {"dawn": 0.75, "noon": 0.95, "dusk": 0.55}
_HUES = {"dawn": -0.04, "noon": 0.0, "dusk": 0.06}


def paint(view: View, width_px: int) -> bytes:
    """Return the file of one rendition: JPEG, or PNG with transparency, as its name says."""
    # Small ones are drawn twice as large, then halved: no stairs at the edges of shapes.
    # Large ones would cost 40 ms each that way, and 10 ms so.
    halving = 2 if width_px <= _SMOOTHED_UP_TO_PX else 1
    canvas = Canvas(halving * width_px, transparent=view.file.endswith(".png"))
    hue = random.Random(view.work).uniform(0, 1) * 0.22 + _HUES[view.light]
    rng = random.Random(view.file)
    _MOTIFS[view.motif](canvas, rng, Palette(hue % 1.0, _SHADES[view.light]))
    return _encode(canvas.image.reduce(halving), view.file)


def portrait() -> bytes:
    """Return a JPEG that lies on its side until its EXIF orientation is applied: 800 x 1200."""
    view = VIEW_BY_FILE["poppy-field-dusk.jpg"]
    canvas = Canvas(1200)
    _MOTIFS[view.motif](canvas, random.Random("portrait"), Palette(0.05, 0.9))
    upright = canvas.image.crop((300, 0, 833, 800)).resize((800, 1200), Image.Resampling.LANCZOS)
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = _TURNED_RIGHT
    out = io.BytesIO()
    lying.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def icon(name: str, side_px: int) -> bytes:
    """Return a small PNG symbol: a coloured ring that depends on the name."""
    image = Image.new("RGBA", (4 * side_px, 4 * side_px))
    edge = 4 * side_px - 1
    palette = Palette(random.Random(name).random(), 0.8)
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, edge, edge), fill=(*palette.colour(0, 0.6, 0.9), 255))
    draw.ellipse((edge * 0.3, edge * 0.3, edge * 0.7, edge * 0.7), fill=(255, 255, 255, 230))
    return _encode(image.resize((side_px, side_px), Image.Resampling.LANCZOS), f"{name}.png")


def _encode(image: Image.Image, file: str) -> bytes:
    out = io.BytesIO()
    if file.endswith(".png"):
        image.save(out, "PNG", compress_level=3)
    else:
        image.save(out, "JPEG", quality=82)
    return out.getvalue()
