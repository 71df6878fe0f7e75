"""Every specimen of every kind, from encoders that are not ours, against libvips' decoding.

What may be off and why is said in `kinds.BOUNDS`; `benchmarks/KINDS.md` has what is off.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import kinds_table
import pytest
from kinds import (
    FILES,
    NARROW,
    WHOLE,
    Film,
    bound,
    decoded,
    error,
    reference,
    specimen,
    specimen_names,
    stored,
    true_kind,
)

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.encoding import SUFFIXES
from imagecrawler.imaging.render import render
from imagecrawler.imaging.rules import ImageRules

NAMES = specimen_names()
VECTORS = [name for name in NAMES if name.endswith(".svg")]
PICTURES = [name for name in NAMES if name not in VECTORS]
REWRITTEN = {"bmp": "png", "tiff": "png"}
MAX_SPECIMEN_BYTES = 20_000


@cache
def shows(name: str) -> Film:
    return reference(name)


def same_run(got: Film, wanted: Film) -> bool:
    """Whether a film is shown for as long, and is a film at all."""
    is_film = (len(got.frames) > 1) == (len(wanted.frames) > 1)
    return is_film and sum(got.durations_ms) == sum(wanted.durations_ms)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("rules", [NARROW, WHOLE], ids=["48", "whole"])
def test_what_is_stored_shows_what_came(name: str, rules: ImageRules) -> None:
    wanted = shows(name)
    kept = stored(name, rules, wanted)
    kind = true_kind(kept.file.data)
    mean, most = kept.error
    allowed_mean, allowed_most = bound(name, kind)
    assert mean <= allowed_mean and most <= allowed_most
    assert kept.film.has_alpha == wanted.has_alpha
    assert same_run(kept.film, wanted)
    assert kept.film.size == (kept.file.width, kept.file.height)
    assert kept.file.width == min(rules.widths[0], wanted.size[0])


@pytest.mark.parametrize("name", PICTURES)
def test_suffix_and_record_tell_the_truth(name: str) -> None:
    body = specimen(name)
    kind = true_kind(body)
    rendered = render(body, NARROW)
    assert (rendered.format, (rendered.width, rendered.height)) == (kind, shows(name).size)
    original, narrow = rendered.files
    assert (original.data, original.suffix) == (body, SUFFIXES[kind])
    assert true_kind(narrow.data) == REWRITTEN.get(kind, kind)
    assert narrow.suffix == SUFFIXES[true_kind(narrow.data)]


@pytest.mark.parametrize("name", [name for name in PICTURES if len(reference(name).frames) > 1])
def test_an_animation_keeps_its_frames_and_repeats(name: str) -> None:
    wanted = shows(name)
    film = stored(name, NARROW, wanted).film
    assert film.durations_ms == wanted.durations_ms
    if wanted.loop is not None and not name.endswith(".avif"):
        assert film.loop == wanted.loop


@pytest.mark.parametrize("forced", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_forced_format_shows_the_same(name: str, forced: str) -> None:
    wanted = shows(name)
    (file,) = render(specimen(name), ImageRules((48,), format=forced)).files
    assert (true_kind(file.data), file.suffix) == (forced, SUFFIXES[forced])
    film = decoded(file)
    if forced == "jpeg":
        wanted = Film([_on_white(wanted.frames[0])])
        if "default-apart" in name:  # the image for viewers without animation, on its own
            return
    mean, most = error(film, wanted)
    allowed_mean, allowed_most = bound(name, forced)
    assert mean <= allowed_mean and most <= allowed_most
    assert film.has_alpha == wanted.has_alpha
    assert same_run(film, wanted)


def _on_white(frame):
    return frame.flatten(background=[255, 255, 255]).bandjoin(255)


@pytest.mark.parametrize("name", VECTORS)
def test_an_svg_is_kept_untouched_where_originals_are(name: str) -> None:
    body = specimen(name)
    rendered = render(body, NARROW)
    assert rendered.format == true_kind(body) == "svg"
    assert [(file.bucket, file.suffix) for file in rendered.files] == [
        ("original", ".svg"),
        ("48", ".svg"),
    ]
    assert all(file.data == body for file in rendered.files)
    with pytest.raises(ImageRejectedError, match="add original to IMAGES_WIDTHS") as caught:
        render(body, ImageRules((48,)))
    assert caught.value.reason == "excluded"
    assert caught.value.facts["format"] == "svg"


def test_the_specimens_are_small_and_their_makers_are_known() -> None:
    text = (FILES / "README.md").read_text()
    assert re.findall(r"^\| (\S+\.\w+) \|", text, re.MULTILINE) == NAMES
    assert [name for name in NAMES if len(specimen(name)) > MAX_SPECIMEN_BYTES] == []


def test_the_table_is_up_to_date() -> None:
    """Words to the letter; sizes and errors may differ a little with the codecs' versions."""
    there = Path(kinds_table.TABLE).read_text()
    now = kinds_table.table()
    assert kinds_table.words(there) == kinds_table.words(now), kinds_table.REMAKE
    pairs = zip(kinds_table.numbers(there), kinds_table.numbers(now), strict=True)
    apart = [(old, new) for old, new in pairs if abs(old - new) > 4 + 0.2 * max(old, new)]
    assert apart == [], kinds_table.REMAKE
