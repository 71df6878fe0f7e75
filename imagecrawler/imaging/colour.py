"""Every colour mode brought to one of four, without losing what it shows.

The four are L, LA, RGB and RGBA at 8 bits a channel: what all kept formats can hold, and
what resampling treats rightly (palette indices and premultiplied alpha it does not).
"""

from __future__ import annotations

import io

from PIL import Image, ImageCms, ImageMath

_SRGB = ImageCms.createProfile("sRGB")
_LAB = ImageCms.createProfile("LAB")

_PROFILE_SPACES = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}


def plain_colours(image: Image.Image) -> Image.Image:
    """Return ``image`` as L, LA, RGB or RGBA, the same object when it is one already.

    Transparency of any kind becomes an alpha channel. CMYK becomes sRGB by its embedded
    profile, or by the ink model that browsers use when it has none. 16 bits are scaled.
    """
    if image.mode in _PROFILE_SPACES and "transparency" not in image.info:
        return image
    if image.mode in ("CMYK", "LAB"):
        return _srgb(image)
    if image.mode[0] in "IF":
        return _scaled_to_8_bits(image)
    if image.mode in ("1", "L"):
        return image.convert("LA" if image.has_transparency_data else "L")
    if image.mode in ("PA", "La"):
        return image.convert("RGBA" if image.mode == "PA" else "LA")
    if image.has_transparency_data or image.mode == "RGBa":
        return image.convert("RGBA")
    return image.convert("RGB")


def is_plain(image: Image.Image) -> bool:
    """Whether browsers and libraries agree on the colours: anything but CMYK and Lab."""
    return image.mode not in ("CMYK", "LAB")


def fitting_profile(profile: bytes | None, mode: str) -> bytes | None:
    """Return the ICC profile if it describes pixels of ``mode``, else None (sRGB).

    The colour space is bytes 16 to 19 of a profile (ICC.1:2022, 7.2.6). A profile that
    does not fit was for the pixels before conversion and would now be a lie.
    """
    if profile and profile[16:20] == _PROFILE_SPACES.get(mode):
        return profile
    return None


def on_white(image: Image.Image) -> Image.Image:
    """Return ``image`` without alpha, laid on white."""
    if image.mode not in ("LA", "RGBA"):
        return image
    opaque = image.mode.removesuffix("A")
    paper = Image.new(opaque, image.size, "white")
    paper.paste(image.convert(opaque), mask=image.getchannel("A"))
    paper.info = image.info
    return paper


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode == "LAB":
        return _converted(image, _LAB)
    if profile:
        try:
            return _converted(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile, or one of another space
    return image.convert("RGB")


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile | object) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        profile,  # type: ignore[arg-type]
        _SRGB,
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None
    converted.info.pop("icc_profile", None)
    return converted


def _scaled_to_8_bits(image: Image.Image) -> Image.Image:
    """Scale, where convert would clip: 16 bits by their range, others by what is there.

    A transparent value (tRNS of a 16-bit grey PNG) is compared before it is scaled.
    """
    wide = image.convert("F" if image.mode == "F" else "I")
    lowest, highest = 0.0, 65535.0
    if not image.mode.startswith("I;16"):
        least, most = wide.getextrema()
        if least < 0 or most > highest or image.mode == "F":  # type: ignore[operator]
            lowest, highest = float(least), float(most)  # type: ignore[arg-type]
    scale = 255 / ((highest - lowest) or 1.0)
    grey = wide.point(lambda value: value * scale + (0.5 - lowest * scale)).convert("L")
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        mask = ImageMath.lambda_eval(lambda args: (args["wide"] != clear) * 255, wide=wide)
        grey.putalpha(mask.convert("L"))
    grey.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return grey
