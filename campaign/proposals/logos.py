"""The logo of a campaign. What comes in is drawn anew as a small PNG, so that nothing else in it stays."""

import hashlib
import io
import struct
import zlib
from typing import Final

from PIL import Image, ImageOps
from sqlmodel import Session

from campaign.proposals.models import Campaign, CampaignLogo
from campaign.refusals import Refused

MOST_BYTES: Final = 300_000
MOST_PIXELS: Final = 2000
# Twice as large as it is shown at most, for screens with fine dots.
LARGEST: Final = (480, 160)
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
    """A PNG or JPEG as the PNG that is kept. Raises Refused for anything else and for one that is too large."""
    if len(raw) > MOST_BYTES:
        raise Refused(
            "The logo is larger than 300 kB. Save it smaller: 480 by 160 pixels are enough.",
            "El logotipo pasa de 300 kB. Guárdelo más pequeño: bastan 480 por 160 píxeles.",
        )
    try:
        with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG")) as picture:
            _refuse_large(picture)
            return _drawn(picture)
    except _UNREADABLE:
        raise Refused(
            "The logo is no picture that we can read. Save it as PNG or JPEG; SVG and GIF are not taken.",
            "El logotipo no es una imagen que podamos leer. Guárdelo como PNG o JPEG; no aceptamos SVG ni GIF.",
        ) from None


def _refuse_large(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) > MOST_PIXELS:
        raise Refused(
            f"The logo has {width} by {height} pixels; a side may have {MOST_PIXELS}. Save it smaller.",
            f"El logotipo tiene {width} por {height} píxeles; cada lado puede tener {MOST_PIXELS}. "
            "Guárdelo más pequeño.",
        )


def _drawn(picture: Image.Image) -> bytes:
    """Its dots alone, without what else a file can hold; drawn from its own PNG it is equal, byte by byte."""
    upright = ImageOps.exif_transpose(picture)
    dots = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    dots.thumbnail(LARGEST)
    clean = Image.new(dots.mode, dots.size)
    clean.paste(dots)
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


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
