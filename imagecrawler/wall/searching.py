"""The words that a viewer looks for: all of them, in any order, the last perhaps just begun."""

from __future__ import annotations

import re
import unicodedata

# Letters and digits, as FTS5's tokenizer unicode61 has them.
_WORD = re.compile(r"[^\W_]+")
_WORDS_MOST = 20


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and accents: ``["ein", "cafe"]`` for Ein Café."""
    parts = unicodedata.normalize("NFD", text.lower())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return _WORD.findall(unicodedata.normalize("NFC", plain))


def query_of(text: str) -> str:
    """Return what FTS5 is asked for what a viewer typed; "" when that has no word."""
    words = words_of(text)[:_WORDS_MOST]
    return " ".join(f'"{word}"' for word in words) + "*" if words else ""


def has_words(text: str, typed: str) -> bool:
    """Whether a text has what a viewer typed, as FTS5 would say."""
    *whole, begun = words_of(typed)[:_WORDS_MOST]
    words = set(words_of(text))
    return words.issuperset(whole) and any(word.startswith(begun) for word in words)
