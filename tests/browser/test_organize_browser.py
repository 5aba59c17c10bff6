"""The organizers' pages in a browser: sign-in to export, without scripts, clean for axe, at any width."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import passwords, users
from campaign.mailing.models import Subscriber
from campaign.organizing import notes, whip
from campaign.outreach import steps
from campaign.webhooks import endpoints, queue

PAGES = {
    "find": "find?q=tx",
    "empty": "board?who=qqq",
    "week": "",
    "bill": "bills/hr6736-119",
    "lists": "lists",
    "board": "board",
    "member": "members/J000305",
    "entry": "members/J000305/hr6736-119",
    "bring": "board/import",
    "readers": "readers",
    "reader-list": "readers/import",
    "campaign-words": "words",
    "text": "words/campaign/us-guns-abroad",
    "campaigns": "campaigns",
    "organization": "campaigns/us-guns-abroad/organization",
    "system": "system",
    "january": "january",
    "steps": "steps",
    "ask-order": "ask-order",
    "phone-numbers": "phone-numbers",
    "actions": "actions",
    "webhooks": "webhooks",
    "webhook": "webhooks/1",
    "account": "account",
    "authenticator": "account/authenticator",
    "users": "users",
    "log": "log",
}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
Enter = Callable[..., Any]


@pytest.fixture(scope="session")
def own_engine(campaign_copy: Engine) -> Engine:
    """The campaign with something on its whip board, and a reader."""
    with db.writing(campaign_copy) as session:
        said = {"lean": "likely", "next_step": "call the legislative director", "tags": "swing"}
        whip.save(session, "hr6736-119", "J000305", said, version=0, by="ana@example.org", now=db.utcnow())
        notes.add(
            session,
            "us-guns-abroad",
            "J000305",
            {"text": "Office asks for the text."},
            by="ana@example.org",
            now=db.utcnow(),
        )
        steps.add(session, {steps.StepKey(db.utcnow().date(), "found", "us-guns-abroad", "en"): 30})
        told = {"shape": "slack", "language": "es", "events": ["stage"], "by": "ana@example.org"}
        url = "https://hooks.example.org/x"
        hook = endpoints.add(session, "us-guns-abroad", url, now=db.utcnow(), **told)
        hook.failing_since = db.utcnow()
        queue.queue_test(session, hook, now=db.utcnow()).state = "parked"
        queue.queue_test(session, hook, now=db.utcnow())
        reader = {"state": "confirmed", "created": db.utcnow(), "seat": "TX-20"}
        session.add(Subscriber(campaign="us-guns-abroad", email="reader@example.org", key="k", **reader))
    return campaign_copy


def link(engine: Engine, email: str, role: str) -> str:
    with db.writing(engine) as session:
        return users.add(session, email, role, now=db.utcnow(), actor="test")[1]


@pytest.fixture(scope="session")
def cookie(own_engine: Engine, address: str, signed_in: Callable[..., Any]) -> Any:
    """The session of an administrator, signed in once for the tests that only look."""
    return signed_in(own_engine, address, "ana@example.org")


def enter(visit: Enter, cookie: Any, **settings: object) -> Any:
    seen = visit(**settings)
    seen.page.context.add_cookies([cookie])
    return seen


def place(name: str, lang: str) -> str:
    return f"/{'es/' if lang == 'es' else ''}organize/{PAGES[name]}"


def test_axe_finds_nothing_nothing_complains_and_nothing_scrolls_sideways(
    visit: Enter, cookie: Any, look: Any
) -> None:
    seen = enter(visit, cookie, color_scheme=look.scheme, viewport=look.size)
    assert seen.unsound(place(name, look.lang) for name in PAGES) == {}
    assert seen.faults == []


def test_axe_finds_nothing_at_the_door(visit: Enter) -> None:
    paths = ("/organize/sign-in", "/es/organize/sign-in", "/organize/link/nothing")
    assert visit(viewport=PHONE).broken(paths) == {}


def test_from_the_link_to_the_export_without_scripts(visit: Enter, own_engine: Engine, tmp_path: Path) -> None:
    seen = visit(viewport=PHONE, java_script_enabled=False, accept_downloads=True)
    page = seen.open(f"/organize/link/{link(own_engine, 'bo@example.org', 'organizer')}")
    page.get_by_role("button", name="Sign in now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This week")
    expect(page.locator("body")).to_contain_text("27 co-sponsors who can vote")

    page.get_by_role("link", name="Who to ask").first.click()
    page.get_by_label("List").select_option("ask_again")
    page.get_by_label("Committee").select_option("HSFA")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(7)

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "lists.csv")
    assert "Sydney Kamlager-Dove" in (tmp_path / "lists.csv").read_text(encoding="utf-8-sig")

    page.get_by_role("link", name="Sydney Kamlager-Dove").click()
    page.get_by_role("link", name=re.compile("Edit.*6736")).click()
    page.get_by_label("Leaning").select_option("likely")
    page.get_by_label("Next step").fill("Send the one-pager")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text("Send the one-pager")

    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("body")).to_contain_text("copatrocinó H.R. 6618 del Congreso pasado")
    page.get_by_role("button", name="Salir").click()
    page.goto(f"{seen.address}/organize/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_picture_is_taken_away(visit: Enter, cookie: Any, tmp_path: Path) -> None:
    page = enter(visit, cookie, viewport=DESK, accept_downloads=True).open("/organize/bills/hr6736-119")
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            page.locator("section", has=page.locator("#map")).get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == f"hr6736-119-map.{kind.lower()}"
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().strip().startswith(begins)


def test_a_list_of_readers_is_imported(visit: Enter, cookie: Any) -> None:
    seen = enter(visit, cookie, viewport=PHONE)
    page = seen.open("/organize/readers/import")
    text = "Correo;Status;Note\r\nnew@list.test.org;active;x\r\ngone@list.test.org;unsubscribed;\r\nbad;active;"
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("CSV or XLSX file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Unused columns: Note")).to_be_visible()
    assert seen.violations() == []
    page.get_by_label("attest that each").check()
    page.get_by_role("button", name="Import 1 reader").click()
    expect(page.get_by_text("1 new reader gets the next digest")).to_be_visible()
    assert seen.violations() == []
    page.get_by_role("link", name="Back to the readers").click()
    expect(page.get_by_role("rowheader", name="new@list.test.org")).to_be_visible()
    assert seen.faults == []


def test_a_password_is_set_and_opens_the_door(
    visit: Enter, own_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    seen = visit(viewport=DESK)
    page = seen.open(f"/organize/link/{link(own_engine, 'cy@example.org', 'viewer')}")
    page.get_by_role("button", name="Sign in now").click()
    page.get_by_role("link", name="Account").click()
    page.get_by_label("New password").fill("otter lantern gravel seventeen")
    page.get_by_role("button", name="Save this password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is saved")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email address").fill("cy@example.org")
    page.get_by_label("Password").fill("otter lantern gravel seventeen")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This week")
    assert page.get_by_role("link", name="Users").count() == 0
    assert seen.faults == []


def test_a_keyboard_reaches_the_content_and_every_control_is_seen(visit: Enter, cookie: Any) -> None:
    page = enter(visit, cookie, viewport=DESK).open("/organize/lists")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("name", "bill")
