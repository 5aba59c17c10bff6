"""Pictures of every public page, in both languages and schemes, for people who look at the project.

``SCREENSHOTS=1 make test ARGS="tests/browser/test_public_screenshots.py"`` makes them anew.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy.engine import Engine

Enter = Callable[..., Any]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SIZES = {"phone": PHONE, "desk": DESK}
# Pages people read at a desk are shown there in light English; what is used on the way, on a phone.
READ = {
    "campaign": "/",
    "find": "/find",
    "split": "/find?zip=78207",
    "act": "/act/TX-20",
    "vacant": "/act/TX-23",
    "bills": "/bills",
    "number": "/bills?q=H.R.+8427",
    "bill": "/bills/hr923-119",
    "dead": "/bills/hr8427-118",
    "proposal": "/proposals/armas-act",
    "districts": "/districts",
    "privacy": "/privacy",
    "data": "/data",
    "letter": "/act/TX-20/letter?member=C001098&v=5",
    "kit": "/act/TX-20/kit",
    "sheet": "/sheet",
    "missing": "/nothing",
}
USED = {
    "call": "/act/TX-20?member=C001098",
    "aloud": "/act/TX-20/aloud?member=C001098",
    "offices": "/act/TX-20/offices?member=C001098",
    "called": "/act/TX-20/called?member=C001098&bill=us-guns-abroad",
    "counted": "/act/TX-20/called?member=C001098&bill=us-guns-abroad",
    "thanks": "/act/TX-20/thanks",
    "subscribe": "/subscribe?seat=TX-20",
}
LOOKS = {
    "read": [
        ("en", "light", "desk"),
        ("en", "dark", "phone"),
        ("es", "light", "desk"),
        ("es", "dark", "phone"),
    ],
    "used": [
        ("en", "light", "phone"),
        ("en", "dark", "desk"),
        ("es", "light", "desk"),
        ("es", "dark", "phone"),
    ],
}
SHOTS = [
    (name, path, *look)
    for pages, looks in ((READ, LOOKS["read"]), (USED, LOOKS["used"]))
    for name, path in pages.items()
    for look in looks
]
COLOURS = 40
LARGEST = 150_000


@pytest.fixture(scope="module")
def address(
    screenshots: Path, copied_engine: Engine, serving: Callable[..., AbstractContextManager[str]]
) -> Iterator[str]:
    with serving(copied_engine, geocoder_url="http://127.0.0.1:9/geocoder") as found:
        yield found


@pytest.mark.parametrize(("name", "path", "lang", "scheme", "size"), SHOTS)
def test_picture(
    screenshots: Path, visit: Enter, name: str, path: str, lang: str, scheme: str, size: str
) -> None:
    seen = visit(color_scheme=scheme, viewport=SIZES[size])
    page: Page = seen.open(path if lang == "en" else f"/es{path}")
    if name == "counted":
        page.locator("button[value=voicemail]").click()
    # A palette is plenty for text and a quarter of the bytes.
    picture = (
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    )
    file = screenshots / f"{name}-{lang}-{scheme}-{size}.png"
    picture.save(file, optimize=True)
    assert file.stat().st_size < LARGEST
    assert [fault for fault in seen.faults if "404" not in fault] == []
