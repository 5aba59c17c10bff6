"""The digest's pages in a browser: built, noted, looked at and let go without scripts; clean, at any width."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from copies import copy_of
from playwright.sync_api import expect
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users
from campaign.mailing import policy
from campaign.mailing.addresses import Keys, read_address
from campaign.mailing.edition import building
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


def prepare(engine: Engine) -> None:
    """Two readers, and the week's draft for them."""
    now = db.utcnow()
    with db.writing(engine) as session:
        session.merge(MailPolicy(**{**policy.policy(session).model_dump(), "quiet_week": "note"}))
        for email, language in (("ana@example.org", "es"), ("bo@example.org", "en")):
            session.add(
                Subscriber(
                    campaign="us-guns-abroad",
                    email=email,
                    key=Keys(SETTINGS).of(read_address(email), "us-guns-abroad"),
                    language=language,
                    seat="TX-20",
                    state="confirmed",
                    created=now - timedelta(days=2),
                    confirmed_at=now - timedelta(days=1),
                )
            )
    building.build(engine, SETTINGS, "us-guns-abroad", now=now)


@pytest.fixture(scope="session")
def drafted(campaign_copy: Engine) -> Engine:
    """The campaign with the week's draft."""
    prepare(campaign_copy)
    return campaign_copy


def arrive(seen: Any, engine: Engine, email: str, role: str) -> Any:
    with db.writing(engine) as session:
        secret = users.add(session, email, role, now=db.utcnow(), actor="test")[1]
    page = seen.open(f"/organize/link/{secret}")
    page.get_by_role("button", name="Sign in now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This week")
    return page


@pytest.fixture(scope="session")
def cookie(drafted: Engine, address: str, signed_in: Callable[..., Any]) -> Any:
    return signed_in(drafted, address, "looks@example.org")


def test_axe_finds_nothing_about_the_digest(visit: Callable[..., Any], cookie: Any, look: Any) -> None:
    seen = visit(color_scheme=look.scheme, viewport=look.size)
    seen.page.context.add_cookies([cookie])
    start = "/es/organize/" if look.lang == "es" else "/organize/"
    assert seen.broken(start + path for path in PAGES) == {}


def test_the_digests_pages_fit_320_pixels_and_nothing_complains(visit: Callable[..., Any], cookie: Any) -> None:
    """Without axe, which asks the frame of a mail and is refused: the page would complain of that."""
    seen = visit()
    seen.page.context.add_cookies([cookie])
    paths = [start + path for start in ("/organize/", "/es/organize/") for path in PAGES]
    assert seen.unsound(paths, axe=False) == {}
    assert seen.faults == []


@pytest.fixture
def own_draft(
    snapshot_engine: Engine, tmp_path: Path, serving: Callable[..., AbstractContextManager[str]]
) -> Iterator[tuple[Engine, str]]:
    """A campaign of the test's own with a draft that it may let go, and where it is served."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        prepare(engine)
        with serving(engine, **MAIL) as address:
            yield engine, address


def test_an_edition_is_noted_looked_at_and_let_go_without_scripts(
    visit: Callable[..., Any], own_draft: tuple[Engine, str]
) -> None:
    seen = visit(viewport=PHONE, java_script_enabled=False)
    engine, seen.address = own_draft
    page = arrive(seen, engine, "flow@example.org", "organizer")
    page.get_by_role("link", name="Digest", exact=True).click()
    page.get_by_label("English").fill("See you on Tuesday")
    page.get_by_label("Español").fill("Nos vemos el martes")
    page.get_by_role("button", name="Save the note").click()
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
    expect(page.locator("main")).to_contain_text("2 copies will go out")
    page.get_by_role("button", name="Send this edition").click()
    expect(page.locator("main")).to_contain_text("0 of 2 copies finished")
    page.get_by_role("link", name="Pause…").click()
    page.get_by_role("button", name="Pause this edition").click()
    expect(page.locator("#edition")).to_contain_text("paused")
    assert seen.faults == []
