"""From an installation without a campaign to a live one about another subject, in the browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from housing import BILLS, EFFECT, FIGURE, NAMES, WORDS
from playwright.sync_api import Page, expect
from sqlalchemy.engine import Engine

from campaign import db, removal
from campaign.accounts import users
from campaign.congress import ledger

MOST_ACTIONS = 40


class Admin:
    """Somebody at a browser, whose presses and filled fields are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def fill(self, *fields: tuple[str, str]) -> None:
        for label, text in fields:
            self.page.get_by_label(label, exact=True).fill(text)
            self.actions += 1

    def press(self, role: Any, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.actions += 1


@pytest.fixture
def empty(snapshot_copy: Engine) -> Engine:
    """An installation without a campaign; the worker has read the bills that will be named."""
    with db.writing(snapshot_copy) as session:
        removal.remove(session, "us-guns-abroad")
        for bill in BILLS:
            ledger.record(session, bill)
    return snapshot_copy


def test_a_campaign_is_live_in_fewer_than_forty_actions(
    visit: Callable[..., Any], serving: Callable[..., AbstractContextManager[str]], empty: Engine
) -> None:
    with db.writing(empty) as session:
        secret = users.add(session, "admin@example.org", "admin", now=db.utcnow(), actor="test")[1]
    with serving(empty) as address:
        seen = visit()
        seen.address = address
        admin = Admin(seen.open(f"/organize/link/{secret}"))
        admin.press("button", "Sign in now")
        seen.open("/organize/campaigns")
        admin.fill(("Its address, in small letters", "rural-homes"))
        admin.press("button", "Start a draft")
        _write(admin)
        _go_live(admin)
        assert admin.actions < MOST_ACTIONS
        _is_live(seen)


def _write(admin: Admin) -> None:
    admin.press("link", "Edit its title and summary")
    admin.fill(*WORDS)
    admin.press("button", "Save and publish")
    admin.press("link", "Back")
    admin.fill(*NAMES)
    admin.press("button", "Add")
    for bill in BILLS:
        admin.fill(("Number or address", bill.bill))
        admin.press("button", "Follow this bill")
    admin.press("link", f"{NAMES[0][1]}: no text says what it does, so calls give no reason.")
    admin.fill(*EFFECT)
    admin.press("button", "Save and publish")
    admin.press("link", "Back")
    admin.press("link", "Add a figure")
    admin.fill(*FIGURE)
    admin.press("button", "Save and publish")
    admin.press("link", "Back")


def _go_live(admin: Admin) -> None:
    admin.press("link", "It does not say who runs it.")
    admin.fill(("Name of the organization", "A housing coalition"))
    admin.press("button", "Save")
    admin.page.goto(admin.page.url.partition("/c/")[0] + "/organize/campaigns")
    admin.page.get_by_label("State", exact=True).select_option("live")
    admin.press("button", "Change…")
    admin.press("button", "Set it to live")


def _is_live(seen: Any) -> None:
    page = seen.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[0][1])
    page = seen.open("/act/TX-20?member=C001098")
    expect(page.locator("main")).to_contain_text("would let two agencies share a review")
    expect(page.locator("body")).to_contain_text("A housing coalition runs this campaign.")
    expect(seen.open("/es/").get_by_role("heading", level=1)).to_have_text(WORDS[1][1])
