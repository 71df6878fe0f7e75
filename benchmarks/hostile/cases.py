"""What is crawled: the answers of `tests.hostile`, and the largest pictures that are admitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.hostile.largest import largest_images
from tests.hostile.images import polyglots, rubbish
from tests.hostile.server import Behaviour, answer
from tests.hostile.servers import image_answers, page_answers


@dataclass(frozen=True, slots=True)
class Case:
    """Some answers that are crawled together: ``expected`` has a reason for each path.

    None stands for what is kept. ``answers`` makes them, which may take a while.
    """

    name: str
    expected: dict[str, str | None]
    answers: Callable[[], dict[str, Behaviour]]
    are_pages: bool = False


def cases() -> Iterator[Case]:
    """Yield all cases; files without a trick of their own are a case together."""
    yield Case("nothing hostile", {}, dict)
    images = image_answers()
    groups = {"polyglots": polyglots(), "random bytes": rubbish()}
    grouped = {it.name for files in groups.values() for it in files}
    for path, it in images.items():
        if it.name not in grouped:
            yield Case(it.name, {path: it.reason}, lambda it=it, path=path: {path: it.behaviour})
    for name, files in groups.items():
        found = {f"/{number}.jpg": it for number, it in enumerate(files)}
        expected = {path: it.reason for path, it in found.items()}
        made = {path: answer(it.body) for path, it in found.items()}
        yield Case(f"{name}: {len(files)} files", expected, lambda made=made: made)
    for path, it in page_answers().items():
        made = {path: it.behaviour}
        yield Case(it.name, {path: it.reason}, lambda made=made: made, are_pages=True)
    for name, make in largest_images().items():
        yield Case(name, {"/it.jpg": None}, lambda make=make: {"/it.jpg": answer(make())})
    yield eight_at_once(images["/body-without-end.jpg"].behaviour)


def eight_at_once(endless: Behaviour) -> Case:
    """Return as many endless bodies as there may be requests at once."""
    made = {f"/{number}.jpg": endless for number in range(8)}
    return Case("eight bodies without end", dict.fromkeys(made, "too-large"), lambda: made)
