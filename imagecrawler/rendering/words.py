"""The words that make a button a "load more" button: for Python and for the page alike."""

from __future__ import annotations

from importlib.resources import files

_FOLLOWING = {" ~": "(?: .{0,24})?", "~": ".{0,12}"}


def more_labels(*, letter: str) -> str:
    r"""Return the labels of ``page/words.txt`` as the alternatives of one regular expression.

    ``letter`` is what matches one letter of any script: ``\p{L}`` in JavaScript,
    ``[^\W\d_]`` in Python.
    """
    text = (files(__package__) / "page" / "words.txt").read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    labels = "|".join(line for line in lines if line and not line.startswith("#"))
    for mark, pattern in _FOLLOWING.items():
        labels = labels.replace(mark, pattern)
    return labels.replace("@", letter)
