"""The digest's desk in a browser: built, noted, looked at and let go without scripts; clean, at any width."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import editions
from campaign.mailing.models import MailPolicy, Subscriber
from campaign.settings import Settings

MAIL = {"mail_from": "Campaign <news@campaign-host.org>", "postal_address": "P.O. Box 123, Austin, TX 78701"}
SETTINGS = Settings(secret_key=SecretStr("for browser tests only, long enough"), **MAIL)
PAGES = (
    "digest",
    "digest/1/preview",
    "digest/1/preview?lang=es&seat=TX-20",
    "digest/1/step/approve",
    "digest/policy",
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def address(copied_engine: Engine, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The service with mail set up, two readers, and the week's draft."""
    now = db.utcnow()
    with db.writing(copied_engine) as session:
        session.merge(MailPolicy(**{**policy.policy(session).model_dump(), "quiet_week": "note"}))
        for email, language in (("ana@example.org", "es"), ("bo@example.org", "en")):
            session.add(
                Subscriber(
                    email=email,
                    key=Keys(SETTINGS).of(read_address(email)),
                    language=language,
                    seat="TX-20",
                    state="confirmed",
                    created=now - timedelta(days=2),
                    confirmed_at=now - timedelta(days=1),
                )
            )
    editions.build(copied_engine, SETTINGS, now=now)
    with serving(copied_engine, **MAIL) as found:
        yield found


def arrive(seen: Any, engine: Engine, email: str, role: str = "admin") -> Any:
    with db.writing(engine) as session:
        secret = users.add(session, email, role, now=db.utcnow(), actor="test")[1]
    page = seen.open(f"/organize/link/{secret}")
    page.get_by_role("button", name="Sign in now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This week")
    return page


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
def test_axe_finds_nothing_at_the_digests_desk(
    visit: Callable[..., Any], copied_engine: Engine, scheme: str, size: dict[str, int]
) -> None:
    seen = visit(color_scheme=scheme, viewport=size, bypass_csp=True)
    arrive(seen, copied_engine, f"axe-{scheme}@example.org")
    broken = {}
    for start in ("/organize/", "/es/organize/"):
        for path in PAGES:
            seen.open(start + path)
            results = Axe().run(seen.page)
            if results.violations_count:
                found = results.response["violations"]
                broken[start + path] = [
                    (one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found
                ]
    assert broken == {}


def test_the_desk_fits_320_pixels_and_nothing_complains(
    visit: Callable[..., Any], copied_engine: Engine
) -> None:
    seen = visit(viewport={"width": 320, "height": 640})
    arrive(seen, copied_engine, "narrow@example.org")
    wide = {}
    for start in ("/organize/", "/es/organize/"):
        for path in PAGES:
            width = seen.open(start + path).evaluate("document.documentElement.scrollWidth")
            if width > 320:
                wide[start + path] = width
    assert wide == {}
    assert seen.faults == []


def test_pictures_of_the_desk(visit: Callable[..., Any], copied_engine: Engine, screenshots: Path) -> None:
    seen = visit(viewport=DESK)
    arrive(seen, copied_engine, "pictures@example.org")
    seen.open("/organize/digest").screenshot(path=screenshots / "organize-digest-en-light-desk.png")
    seen = visit(viewport=PHONE, color_scheme="dark")
    arrive(seen, copied_engine, "pictures-es@example.org")
    page = seen.open("/es/organize/digest/1/preview?lang=es&seat=TX-20")
    page.locator("iframe.mail").evaluate("frame => frame.scrollIntoView({behavior: 'instant'})")
    page.screenshot(path=screenshots / "organize-digest-es-dark-phone.png")


def test_an_edition_is_noted_looked_at_and_let_go_without_scripts(
    visit: Callable[..., Any], copied_engine: Engine
) -> None:
    seen = visit(viewport=PHONE, java_script_enabled=False)
    page = arrive(seen, copied_engine, "flow@example.org", "organizer")
    page.get_by_role("link", name="Digest", exact=True).click()
    page.get_by_label("English").fill("See you on Tuesday")
    page.get_by_label("Español").fill("Nos vemos el martes")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_role("link", name="Preview and test").click()
    page.get_by_label("Language").select_option("es")
    page.get_by_label("Seat or state").fill("tx-20")
    page.get_by_role("button", name="Show").click()
    mail = page.frame_locator("iframe.mail")
    expect(mail.locator("body")).to_contain_text("Nos vemos el martes")
    expect(page.get_by_role("region", name="Text")).to_contain_text("Nos vemos el martes")
    page.get_by_role("button", name="Send me this copy").click()
    expect(page.get_by_role("status")).to_contain_text("flow@example.org")
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Approve…").click()
    expect(page.locator("main")).to_contain_text("2 copies will leave")
    page.get_by_role("button", name="Send this edition").click()
    expect(page.locator("main")).to_contain_text("0 of 2 copies have ended")
    page.get_by_role("link", name="Pause…").click()
    page.get_by_role("button", name="Pause this edition").click()
    expect(page.locator("#edition")).to_contain_text("paused")
    assert seen.faults == []
