"""Screenshots of the pages for docs/screenshots: ``make pictures`` takes them again.

The service runs here on a copy of fixtures/ with what tools/picture_data.py adds.
Needs Chromium (``apt-get install chromium``).
"""

import io
import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from sqlalchemy.engine import Engine
from werkzeug.serving import make_server

from campaign import db, logs
from campaign.accounts import users
from campaign.app import create_app
from tools.picture_data import SETTINGS, make_campaign

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 360, "height": 740},
    "desktop": {"width": 1280, "height": 900},
}
# A palette is plenty for text and a quarter of the bytes.
COLOURS = 40
LARGEST = 150_000


@dataclass(frozen=True)
class Look:
    """In which language, colours and window a page is shown."""

    lang: str
    scheme: str
    size: str

    def __str__(self) -> str:
        return f"{self.lang}-{self.scheme}-{self.size}"


# Pages people read at a desktop computer are shown there in light English; what is used on the way, on a phone.
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
    "about": "/about",
    "search": "/search?q=garcia",
    "privacy": "/privacy",
    "developers": "/developers",
    "data": "/data",
    "letter": "/act/TX-20/letter?member=C001098&v=5",
    "kit": "/act/TX-20/kit",
    "sheet": "/sheet",
    "scorecard": "/scorecard?state=TX",
    "embed": "/embed",
    "petition": "/actions/clean-record",
    "pledge": "/actions/day-of-calls",
    "office-letter": "/actions/letter-to-the-president/letter",
    "signon": "/actions/joint-letter",
    "missing": "/nothing",
}
READ_LOOKS = [
    Look("en", "light", "desktop"),
    Look("en", "dark", "phone"),
    Look("es", "light", "desktop"),
    Look("es", "dark", "phone"),
]
USED = {
    "call": "/act/TX-20?member=C001098",
    "aloud": "/act/TX-20/aloud?member=C001098",
    "offices": "/act/TX-20/offices?member=C001098",
    "called": "/act/TX-20/called?member=C001098&bill=us-guns-abroad",
    "counted": "/act/TX-20/called?member=C001098&bill=us-guns-abroad",
    "number-page": "/act/TX-20?member=C001098",
    "thanks": "/act/TX-20/thanks",
    "subscribe": "/subscribe?seat=TX-20",
}
USED_LOOKS = [
    Look("en", "light", "phone"),
    Look("en", "dark", "desktop"),
    Look("es", "light", "desktop"),
    Look("es", "dark", "phone"),
]
# Pages that a form leads to, by its button.
PRESSED = {"counted": "button[value=voicemail]", "number-page": "button[form=wrong-number]"}
ORGANIZERS = {
    "organize-week": "/organize/",
    "organize-bill": "/organize/bills/hr6736-119",
    "organize-lists": "/organize/lists",
    "organize-board": "/organize/board",
    "organize-member": "/organize/members/J000305",
    "organize-campaign-words": "/organize/words",
    "organize-actions": "/organize/actions",
    "organize-steps": "/organize/steps",
    "organize-webhooks": "/organize/webhooks",
    "organize-ask-order": "/organize/ask-order",
    "organize-phone-numbers": "/organize/phone-numbers",
    "organize-system": "/organize/system",
}
ORGANIZERS_LOOKS = [Look("en", "light", "desktop"), Look("es", "dark", "phone")]
DIGEST = {
    Look("en", "light", "desktop"): "/organize/digest",
    Look("es", "dark", "phone"): "/organize/digest/1/preview?lang=es&seat=TX-20",
}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("make pictures needs Chromium; install it with: apt-get install chromium")
    logs.set_up("WARNING")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        engine = make_campaign(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with _served(engine) as address:
            for pages, looks in ((READ, READ_LOOKS), (USED, USED_LOOKS)):
                for look in looks:
                    _take_all(_window(browser, look), address, pages, look)
            for look in ORGANIZERS_LOOKS:
                page = _window(browser, look)
                page.goto(address + f"/organize/link/{_link(engine, look)}")
                page.get_by_role("button", name="Sign in now").click()
                _take_all(page, address, {**ORGANIZERS, "organize-digest": DIGEST[look]}, look)
        browser.close()
        engine.dispose()


@contextmanager
def _served(engine: Engine) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(SETTINGS, engine=engine), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _link(engine: Engine, look: Look) -> str:
    with db.writing(engine) as session:
        return users.add(session, f"{look}@example.org", "admin", now=db.utcnow(), actor="pictures")[1]


def _window(browser: Browser, look: Look) -> Page:
    scheme = "dark" if look.scheme == "dark" else "light"
    return browser.new_page(color_scheme=scheme, viewport=SIZES[look.size])


def _take_all(page: Page, address: str, pages: dict[str, str], look: Look) -> None:
    for name, path in pages.items():
        page.goto(address + (path if look.lang == "en" else f"/es{path}"))
        if button := PRESSED.get(name):
            page.locator(button).first.click()
        if mail := page.query_selector("iframe.mail"):
            mail.evaluate("frame => frame.scrollIntoView({behavior: 'instant'})")
        _save(page.screenshot(), FOLDER / f"{name}-{look}.png")


def _save(raw: bytes, file: Path) -> None:
    picture = Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(file, optimize=True)
    if (size := file.stat().st_size) > LARGEST:
        raise SystemExit(f"{file.name} has {size} bytes; {LARGEST} are the most")


if __name__ == "__main__":
    main()
