"""How many near duplicates are told, and how many different pictures are taken for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import Image

from benchmarks.near.specimens import VARIANTS, bases, hard_negatives
from imagecrawler.imaging.colour import plain_colours
from imagecrawler.imaging.likeness import Likeness, likeness


@dataclass(slots=True)
class Result:
    """One kind of picture: how many there are, and what they were taken for.

    ``right`` are those found near their base, ``wrong`` those found near another picture,
    ``flat`` those whose hash says nothing, so that they are near to none.
    """

    count: int = 0
    right: int = 0
    wrong: int = 0
    flat: int = 0


@dataclass(slots=True)
class Measured:
    """The results of one distance, by kind; ``examples`` of what was taken for what."""

    variants: dict[str, Result] = field(default_factory=dict)
    negatives: dict[str, Result] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The part of all variants that is found near its base."""
        results = self.variants.values()
        return sum(r.right for r in results) / sum(r.count for r in results)

    @property
    def precision(self) -> float:
        """The part of what is found near something that is so rightly, negatives included."""
        right = sum(r.right for r in self.variants.values())
        wrong = sum(r.wrong for r in (*self.variants.values(), *self.negatives.values()))
        return right / (right + wrong)


@dataclass(frozen=True, slots=True)
class Look:
    """One picture of the set: what it is called, what was done to it, how it looks."""

    name: str
    kind: str
    look: Likeness


def looks(most_bases: int | None = None, each: int = 40) -> list[Look]:
    """Return how every picture of the set looks: bases, their variants, negatives."""
    found = []
    for name, picture in bases(most_bases):
        found.append(Look(name, "base", _look(picture)))
        found += [Look(name, kind, _look(vary(picture))) for kind, vary in VARIANTS.items()]
    for kind, name, picture in hard_negatives(each):
        found.append(Look(name, kind, _look(picture)))
    return found


def measured(found: Iterable[Look], within: int) -> Measured:
    """Hold every variant against all bases, and every negative against all other pictures.

    A variant counts as wrong when another base than its own is the nearest, or as near.
    """
    all_of_them = list(found)
    bases_of = [one for one in all_of_them if one.kind == "base"]
    firsts = [one for one in all_of_them if one.kind == "base" or one.kind not in VARIANTS]
    result = Measured()
    for one in all_of_them:
        if one.kind in VARIANTS:
            own = next(base for base in bases_of if base.name == one.name)
            kept = result.variants.setdefault(one.kind, Result())
            kept.right += _near(one, own, within)
        else:
            group = result.variants if one.kind == "base" else result.negatives
            kept = group.setdefault(one.kind, Result())
        kept.count += one.kind != "base"
        kept.flat += not one.look.is_telling
        taken = [other for other in firsts if other.name != one.name and _near(one, other, within)]
        kept.wrong += bool(taken)
        result.examples += [f"{one.kind} of {one.name}: {taken[0].name}"] if taken else []
    return result


def _near(one: Look, other: Look, within: int) -> bool:
    distance = one.look.distance(other.look)
    return distance is not None and distance <= within


def _look(picture: Image.Image) -> Likeness:
    return likeness(plain_colours(picture))
