"""The browser of the galleries, for pages that try to keep it."""

from tests.galleries.conftest import eyes

__all__ = ["eyes"]
