"""A logo is drawn anew from a PNG or JPEG; whatever else comes is refused with what to do."""

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from campaign.proposals import logos
from campaign.refusals import Refused


def picture(kind: str, size: tuple[int, int] = (60, 20), mode: str = "RGB", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 200 if mode in ("L", "P", "1") else None).save(out, kind, **how)
    return out.getvalue()


def with_note() -> bytes:
    note = PngInfo()
    note.add_text("Author", "somebody at home")
    return picture("PNG", pnginfo=note)


def turned() -> bytes:
    """A photograph that its camera says to turn by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "somebody's camera"
    return picture("JPEG", (60, 20), exif=exif)


def bomb() -> bytes:
    """A file of some bytes that says it has 10^9 dots."""
    head = struct.pack(">IIBBBBB", 32000, 32000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (picture("PNG"), (60, 20)),
        (picture("PNG", (960, 320)), (480, 160)),
        (picture("PNG", (2000, 100)), (480, 24)),
        (picture("PNG", (100, 2000), "L"), (8, 160)),
        (picture("PNG", mode="RGBA"), (60, 20)),
        (picture("PNG", mode="P"), (60, 20)),
        (picture("PNG", mode="1"), (60, 20)),
        (picture("JPEG"), (60, 20)),
        (picture("JPEG", mode="CMYK"), (60, 20)),
        (with_note(), (60, 20)),
        (turned(), (20, 60)),
        (picture("PNG") + b"<script>alert(1)</script>", (60, 20)),
    ],
)
def test_s24_a_picture_becomes_a_small_png_with_nothing_else_in_it(raw: bytes, size: tuple[int, int]) -> None:
    png = logos.read(raw)
    drawn = Image.open(io.BytesIO(png))
    assert (drawn.format, drawn.size) == ("PNG", size)
    assert drawn.info.keys() <= {"transparency"}
    assert b"somebody" not in png
    assert b"<script>" not in png
    assert logos.read(png) == png


def with_exif(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "somebody's camera"
    return picture(kind, (60, 20), exif=exif)


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (picture("JPEG", (3000, 1500)), (1040, 520)),
        (picture("PNG", (300, 900), "RGBA"), (260, 780)),
        (picture("WEBP"), (60, 20)),
        (with_exif("WEBP"), (60, 20)),
        (turned(), (20, 60)),
        (picture("WEBP") + b"somebody", (60, 20)),
    ],
)
def test_a_picture_of_the_first_page_becomes_a_plain_webp(raw: bytes, size: tuple[int, int]) -> None:
    webp = logos.read_picture(raw)
    with Image.open(io.BytesIO(webp)) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", size)
    assert b"somebody" not in webp
    assert logos.read_picture(webp) == webp


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (picture("GIF"), "The picture is no picture"),
        (bytes(5_000_001), "larger than 5 MB"),
        (picture("PNG", (8001, 1)), "8001 by 1 pixels"),
    ],
)
def test_what_is_no_picture_is_refused_in_both_languages(raw: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        logos.read_picture(raw)
    assert refused.value.es.startswith("La imagen")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = [
    (SVG, "SVG and GIF are not taken"),
    (picture("GIF"), "SVG and GIF are not taken"),
    (picture("WEBP"), "SVG and GIF are not taken"),
    (b"<script>alert(1)</script>", "Save it as PNG or JPEG"),
    (b"\x89PNG\r\n\x1a\n" + SVG, "Save it as PNG or JPEG"),
    (b"\xff\xd8\xff" + SVG, "Save it as PNG or JPEG"),
    (picture("PNG")[:60], "Save it as PNG or JPEG"),
    (picture("JPEG", (600, 600))[:700], "Save it as PNG or JPEG"),
    (bomb(), "Save it as PNG or JPEG"),
    (b"", "Save it as PNG or JPEG"),
    (picture("PNG") + bytes(300_000), "larger than 300 kB"),
    (picture("PNG", (2001, 10)), "2001 by 10 pixels"),
    (picture("JPEG", (10, 2001)), "10 by 2001 pixels"),
]


@pytest.mark.parametrize(("raw", "said"), REFUSED)
def test_s24_what_is_no_logo_is_refused_with_what_to_do(raw: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        logos.read(raw)
    assert refused.value.es
