"""What the nearest element around another one gives, however deep the page nests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from selectolax.lexbor import LexborNode

_Given = TypeVar("_Given")


class Enclosing(Generic[_Given]):
    """What ``given`` has for the nearest element around a node for which it has anything.

    No element is asked twice, so all nodes of a page together cost its size, not its size
    times its depth.
    """

    def __init__(self, given: Callable[[LexborNode], _Given | None]) -> None:
        self._given = given
        self._known: dict[int, _Given | None] = {}

    def of(self, node: LexborNode) -> _Given | None:
        """Return what encloses a node, which is not asked itself; None where nothing does."""
        path = []
        found = None
        parent = node.parent
        while parent is not None:
            key = parent.mem_id
            if key in self._known:
                found = self._known[key]
                break
            path.append(key)
            found = self._given(parent)
            if found is not None:
                break
            parent = parent.parent
        self._known.update(dict.fromkeys(path, found))
        return found
