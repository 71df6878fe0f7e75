"""What the first bytes of a file tell: its kind and size, and whether the rest is worth having.

No decoder sees a pixel here. What is read are headers, by Pillow, so that the answer is the one
that the whole file will get; where Pillow wants all of a file (WebP, AVIF), by imagesize.
"""

from __future__ import annotations

import io
from dataclasses import replace

import imagesize
from PIL import (  # noqa: F401 - each registers the kind that it can open
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from imagecrawler.exceptions import ImageRejectedError
from imagecrawler.imaging.jpeg import SIGNATURE as JPEG_SIGNATURE
from imagecrawler.imaging.jpeg import frame_size
from imagecrawler.imaging.source import DECODERS, KINDS, decoding, upright
from imagecrawler.imaging.vector import may_become_svg, svg_size
from imagecrawler.policies.content_filter import ContentFilter, ImageFacts

# What Image.open shows to its plugins before one of them may open a file.
_SIGNATURE_BYTES = 16

# When to look, in bytes received: at the first ones, where nearly every size is, and again
# behind the metadata that a camera or an editor puts before it (a thumbnail, a profile).
_LOOKS = (512, 32 * 1024, 128 * 1024)

# Ending a body closes its connection, and the next request pays for a new one: a round trip
# for TCP, one or two for TLS, and a window that starts small again. 32 KiB take no longer than
# that (RFC 6928: ten segments, some 14 KiB, in the first round trip, twice as many in the next).
LEAST_SAVED_BYTES = 32 * 1024

_NEED_ALL_BYTES = ("WEBP", "AVIF")
# In a TIFF the size may come before the orientation, and only one of them be there yet.
_MAY_BE_TURNED = ("TIFF",)
_VP8_SIDE = 0x3FFF  # RFC 6386, section 9.1: 14 bits, then two for the scale


def facts_of(first: bytes) -> ImageFacts | None:
    """Return what a file's first bytes tell, or None: it is no image of a kind that is kept.

    ``first`` is the whole file, or at least 16 bytes of it. The size is None where it is not
    among these bytes; what they tell, more of them will not contradict. All is None for
    markup whose root element is yet to come.
    """
    name = _decoder_of(first)
    if name is None:
        return _vector_facts(first)
    facts = ImageFacts(KINDS.get(name, name.lower()))
    width, height, turnable = _size(name, first)
    if width < 1 or height < 1:
        return facts
    return replace(facts, width=width, height=height, turnable=turnable)


def _vector_facts(first: bytes) -> ImageFacts | None:
    if (size := svg_size(first)) is not None:
        return ImageFacts("svg", *size)
    return ImageFacts() if may_become_svg(first) else None


def rejection_of(facts: ImageFacts | None, wanted: ContentFilter) -> ImageRejectedError | None:
    """Return why a file of which this is known will not be kept, or None: it may be."""
    if facts is None:
        return ImageRejectedError("not-an-image", "no image format that is kept")
    exclusion = wanted.exclusion(facts)
    return None if exclusion is None else ImageRejectedError(*exclusion, facts.to_json())


def is_plainly_wanted(first: bytes, length_bytes: int | None, wanted: ContentFilter) -> bool:
    """Whether this is the beginning of a JPEG that is kept, whichever way up it is shown.

    Nearly every image is one. False says nothing: `facts_of` looks closer, and takes longer.
    """
    size = frame_size(first) if first.startswith(JPEG_SIGNATURE) else None
    if size is None or min(size) < 1:
        return False
    turned = (size, size[::-1])
    return not any(wanted.exclusion(ImageFacts("jpeg", *s, length_bytes)) for s in turned)


class BodyWatch:
    """Sees one body arrive, and says when the rest of it is not worth having.

    ``length_bytes`` is what the server says it will send, or None: it does not say.
    """

    def __init__(self, wanted: ContentFilter, length_bytes: int | None) -> None:
        self.received_bytes = 0
        self._wanted = wanted
        self._length_bytes = length_bytes
        self._looks = list(_LOOKS)
        self._first = bytearray()

    @property
    def saved_bytes(self) -> int:
        """What the server said it would send and has not; 0 where it did not say."""
        return max(0, (self._length_bytes or 0) - self.received_bytes)

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to look for."""
        return not self._looks and self._length_bytes is not None

    def claim(self) -> ImageRejectedError | None:
        """Return why a body of the length that the server claims need not begin, or None."""
        return self._if_it_pays(rejection_of(ImageFacts(bytes=self._length_bytes), self._wanted))

    def see(self, data: bytes) -> ImageRejectedError | None:
        """Return why the body need not go on after these bytes, or None."""
        self.received_bytes += len(data)
        if self._looks:
            self._first += data
            if self.received_bytes >= self._looks[0]:
                return self._look()
        if self._length_bytes is None and self.received_bytes > self._wanted.max_bytes:
            return rejection_of(ImageFacts(bytes=self.received_bytes), self._wanted)
        return None

    def _look(self) -> ImageRejectedError | None:
        first = bytes(self._first)
        if is_plainly_wanted(first, self._length_bytes, self._wanted):
            self._looks = []
            self._first.clear()
            return None
        facts = facts_of(first)
        if facts is not None:
            facts = replace(facts, bytes=self._length_bytes)
        rejection = rejection_of(facts, self._wanted)
        if rejection is not None:
            is_open = self._length_bytes is None  # it may pay later
        else:
            is_open = facts is not None and facts.width is None
        self._looks = [at for at in self._looks if at > self.received_bytes and is_open]
        if not self._looks:
            self._first.clear()
        return self._if_it_pays(rejection)

    def _if_it_pays(self, rejection: ImageRejectedError | None) -> ImageRejectedError | None:
        # A body of unknown length that has sent much is taken to have as much ahead.
        left = self.received_bytes if self._length_bytes is None else self.saved_bytes
        return rejection if left >= LEAST_SAVED_BYTES else None


def _decoder_of(first: bytes) -> str | None:
    signature = first[:_SIGNATURE_BYTES]
    return next((name for name in DECODERS if _accepts(name, signature)), None)


def _accepts(name: str, signature: bytes) -> bool:
    accept = Image.OPEN[name][1]
    # A string is a complaint: the library for the kind is missing.
    return accept is None or accept(signature) is True


def _size(name: str, first: bytes) -> tuple[int, int, bool]:
    """Return width, height and whether they may be the other way round; 0 is not known."""
    if name in _NEED_ALL_BYTES:
        return *_size_without_decoder(name, first), True
    try:
        with decoding():
            _, width, height = upright(Image.open(io.BytesIO(first), formats=(name,)))
    except ImageRejectedError as error:
        # Pillow refuses what is far too large before it tells how large.
        bomb = error.reason == "too-large"
        return *(_size_without_decoder(name, first) if bomb else (0, 0)), True
    return width, height, name in _MAY_BE_TURNED


def _size_without_decoder(name: str, first: bytes) -> tuple[int, int]:
    if name == "AVIF" and first[8:12] == b"avis":
        return 0, 0  # a film has a size of its own, beside that of its first picture
    width, height = imagesize.get(io.BytesIO(first), exif_rotation=False)
    if first[12:16] == b"VP8 " and width > 0:
        return width & _VP8_SIDE, height & _VP8_SIDE
    return width, height
