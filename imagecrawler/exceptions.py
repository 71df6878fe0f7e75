"""Every exception of the project, named for what the caller should do or know.

``exit_code`` is what ``scrapy crawl`` ends with when the exception ends the run:
1 fatal (store, disk), 2 wrong argument or setting, 3 the store is in use.
"""

from __future__ import annotations

from typing import Any


class ImageCrawlerError(Exception):
    """The root of the tree. The message has the offending value and the next step."""

    exit_code = 1


class ArgumentError(ImageCrawlerError, ValueError):
    """A spider argument or command-line argument that cannot be used."""

    exit_code = 2


class SettingError(ImageCrawlerError, ValueError):
    """A setting that cannot be used."""

    exit_code = 2


class StoreError(ImageCrawlerError):
    """The store cannot be opened, read or written; the message says what to do."""


class StoreInUseError(StoreError):
    """Another process owns the store."""

    exit_code = 3


class StoreVersionError(StoreError):
    """The store was made by a newer version of this program."""


class PausedTooLongError(ImageCrawlerError):
    """What a crawl has waited for has not come back: the network, room on the disk."""


class StalledError(ImageCrawlerError):
    """A crawl made no progress, and something in it cannot be given up."""


class UnsupportedScrapyError(ImageCrawlerError):
    """This Scrapy lacks an attribute that the scheduler needs."""


class UnsupportedSystemError(ImageCrawlerError):
    """This operating system lacks what the image workers are made of."""


class BlockedAddressError(ImageCrawlerError):
    """A connection that the address rules forbid; no socket was opened."""


class RobotsUnavailableError(ImageCrawlerError):
    """A server cannot say what its robots.txt allows: nothing is, for ``wait_seconds``."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class RenderingError(ImageCrawlerError):
    """A browser did not get a page rendered; what the server sent of it is still there.

    ``reason`` is a class as page lines have it: ``render-hang``, ``render-crash``,
    ``render-error``, ``no-browser``.
    """

    exit_code = 2  # of a run that ends with it: there is no browser that works

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ImageRejectedError(ImageCrawlerError):
    """Bytes that do not become an image file.

    ``reason`` is a class of the failure ledger: ``not-an-image``, ``too-small``,
    ``too-large``, ``excluded``. ``facts`` are what a filter judged by, as a failure keeps
    them (`imagecrawler.policies.content_filter.ImageFacts`); None where no filter did.
    """

    def __init__(self, reason: str, message: str, facts: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.facts = facts

    def __reduce__(self) -> tuple[type[ImageRejectedError], tuple[Any, ...]]:
        return type(self), (self.reason, str(self), self.facts)
