"""Our own SVG as PNG: what stands where, and letters on a server without fonts."""

import io

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from campaign.web.core import png

WHITE, TEAL = (255, 255, 255), (11, 85, 99)


def painted_as(inside: str, width: int = 40, height: int = 20) -> Image.Image:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{inside}</svg>'
    image = Image.open(io.BytesIO(png.png(svg)))
    assert image.format == "PNG"
    assert image.size == (width * png.SCALE, height * png.SCALE)
    return image.convert("RGB")


def at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((round(x * png.SCALE), round(y * png.SCALE)))
    assert isinstance(found, tuple)
    return found


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("inside", "x", "y", "colour"),
    [
        ('<rect x="10" y="5" width="8" height="8" fill="#0b5563"></rect>', 14, 9, TEAL),
        ('<rect x="10" y="5" width="8" height="8" fill="#0b5563"></rect>', 20, 9, WHITE),
        ('<rect color="#0b5563" x="10" y="5" width="8" height="8" fill="currentColor"></rect>', 14, 9, TEAL),
        ('<svg x="10" y="5"><rect x="1" y="1" width="4" height="4" fill="#0b5563"></rect></svg>', 13, 8, TEAL),
    ],
)
def test_what_is_drawn_stands_where_the_drawing_says(
    inside: str, x: float, y: float, colour: tuple[int, ...]
) -> None:
    assert near(at(painted_as(inside), x, y), colour)


def test_what_is_no_drawing_is_refused() -> None:
    with pytest.raises(ValueError, match="SVG"):
        png.png("<p>no drawing</p>")


def test_letters_need_no_font_of_the_server_and_know_spanish() -> None:
    known = TTFont(png.FONT_FILES[0]).getBestCmap()
    assert set(map(ord, "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”’…–·ºª%+")) <= known.keys()
    # Names of members hold these, too.
    assert set(map(ord, "çèëãõöøåłšžćč")) <= known.keys()
    plain, tilde = (painted_as(f'<text x="2" y="16">{letter}</text>') for letter in "nñ")
    box, taller = (image.convert("L").point(lambda p: 255 * (p < 128)).getbbox() for image in (plain, tilde))
    assert box
    assert taller
    assert taller[1] < box[1]


def test_a_heavier_weight_is_heavier() -> None:
    def ink(image: Image.Image) -> int:
        return sum(image.convert("L").point(lambda p: p < 128).tobytes())

    text = '<text x="2" y="16"{}>Ley ARMAS</text>'
    assert ink(painted_as(text.format(' font-weight="700"'), 90)) > ink(painted_as(text.format(""), 90))


@pytest.mark.parametrize(("anchor", "left", "right"), [("start", 20, 40), ("middle", 10, 30), ("end", 0, 21)])
def test_text_stands_where_it_is_anchored(anchor: str, left: float, right: float) -> None:
    image = painted_as(f'<text x="20" y="14" text-anchor="{anchor}" font-size="9">abc</text>')
    box = image.convert("L").point(lambda p: 255 * (p < 128)).getbbox()
    assert box
    assert left * png.SCALE <= box[0]
    assert box[2] <= right * png.SCALE
