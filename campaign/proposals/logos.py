"""The logo of a campaign and the picture on its first page. What comes in is drawn anew, and smaller, so that
nothing else in it stays."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps
from sqlmodel import Session

from campaign.proposals.models import Campaign, CampaignLogo, CampaignPicture
from campaign.refusals import Refused


@dataclass(frozen=True)
class Kind:
    """How a picture is named, and its limits: bytes and pixels of a side that are taken, and the size it gets,
    at most."""

    en: str
    es: str
    # "Save it" in Spanish, for its gender.
    save_es: str
    most_bytes: int
    bytes_named: str
    most_pixels: int
    # Twice as large as it is shown at most, for screens with fine dots.
    largest: tuple[int, int]


LOGO: Final = Kind("logo", "El logotipo", "Guárdelo", 300_000, "300 kB", 2000, (480, 160))
PICTURE: Final = Kind("picture", "La imagen", "Guárdela", 5_000_000, "5 MB", 8000, (1040, 780))
# Of 1040 by 780 pixels it gives some 60 kB.
QUALITY: Final = 60
_UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def read(raw: bytes) -> bytes:
    """A PNG or JPEG as the PNG of a logo. Raises Refused for anything else and for one that is too large."""
    dots = _read(raw, LOGO, ("PNG", "JPEG"))
    out = io.BytesIO()
    dots.save(out, "PNG", optimize=True)
    return out.getvalue()


def read_picture(raw: bytes) -> bytes:
    """A PNG, JPEG or WebP as the WebP of a first page. Raises Refused as ``read`` does."""
    dots = _read(raw, PICTURE, ("PNG", "JPEG", "WEBP"))
    if _is_plain_webp(raw) and dots.size == Image.open(io.BytesIO(raw)).size:
        # Each time a lossy picture is drawn it loses more, and an exported campaign comes back.
        return raw
    out = io.BytesIO()
    dots.convert("RGB").save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def _is_plain_webp(raw: bytes) -> bool:
    """Whether a file is one lossy picture and nothing else (RFC 9649, section 2.5)."""
    whole, inside = (int.from_bytes(raw[at : at + 4], "little") for at in (4, 16))
    return raw[8:16] == b"WEBPVP8 " and whole + 8 == len(raw) == inside + inside % 2 + 20


def _read(raw: bytes, kind: Kind, formats: tuple[str, ...]) -> Image.Image:
    width, height = kind.largest
    if len(raw) > kind.most_bytes:
        raise Refused(
            f"The {kind.en} is larger than {kind.bytes_named}. Save it smaller: {width} by {height} pixels are "
            "enough.",
            f"{kind.es} pasa de {kind.bytes_named}. {kind.save_es} a menor tamaño: bastan {width} por {height} "
            "píxeles.",
        )
    try:
        with Image.open(io.BytesIO(raw), formats=formats) as picture:
            _refuse_large(picture, kind)
            return _drawn(picture, kind)
    except _UNREADABLE:
        raise Refused(
            f"The {kind.en} is no picture that we can read. Save it as PNG or JPEG; SVG and GIF are not taken.",
            f"{kind.es} no es una imagen que podamos leer. {kind.save_es} como PNG o JPEG; no aceptamos SVG ni "
            "GIF.",
        ) from None


def _refuse_large(picture: Image.Image, kind: Kind) -> None:
    width, height = picture.size
    if max(width, height) > kind.most_pixels:
        raise Refused(
            f"The {kind.en} has {width} by {height} pixels; a side may have {kind.most_pixels}. "
            "Save it smaller.",
            f"{kind.es} tiene {width} por {height} píxeles; cada lado puede tener {kind.most_pixels}. "
            f"{kind.save_es} a menor tamaño.",
        )


def _drawn(picture: Image.Image, kind: Kind) -> Image.Image:
    """Its dots alone, without what else a file can hold; a logo drawn from its own PNG is the same file."""
    upright = ImageOps.exif_transpose(picture)
    dots = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    dots.thumbnail(kind.largest)
    clean = Image.new(dots.mode, dots.size)
    clean.paste(dots)
    return clean


def keep(session: Session, campaign: Campaign, png: bytes | None) -> None:
    """Give a campaign a logo that ``read`` made, or None to take it away."""
    kept = session.get(CampaignLogo, campaign.slug)
    if png is None:
        campaign.logo, campaign.logo_width, campaign.logo_height = "", 0, 0
        if kept is not None:
            session.delete(kept)
        return
    row = kept or CampaignLogo(campaign=campaign.slug, png=png)
    row.png = png
    session.add(row)
    campaign.logo = hashlib.sha256(png).hexdigest()[:16]
    campaign.logo_width, campaign.logo_height = Image.open(io.BytesIO(png)).size


def png(session: Session, slug: str) -> bytes | None:
    """A campaign's logo; None where it has none."""
    kept = session.get(CampaignLogo, slug)
    return kept.png if kept else None


def keep_picture(session: Session, campaign: Campaign, webp: bytes | None) -> None:
    """Give a campaign's first page a picture that ``read_picture`` made, or None to take it away."""
    kept = session.get(CampaignPicture, campaign.slug)
    if webp is None:
        campaign.picture, campaign.picture_width, campaign.picture_height = "", 0, 0
        if kept is not None:
            session.delete(kept)
        return
    row = kept or CampaignPicture(campaign=campaign.slug, webp=webp)
    row.webp = webp
    session.add(row)
    campaign.picture = hashlib.sha256(webp).hexdigest()[:16]
    campaign.picture_width, campaign.picture_height = Image.open(io.BytesIO(webp)).size


def picture(session: Session, slug: str) -> bytes | None:
    """The picture of a campaign's first page; None where it has none."""
    kept = session.get(CampaignPicture, slug)
    return kept.webp if kept else None
