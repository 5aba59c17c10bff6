"""A passkey in a browser: made under Account, used to sign in and to prove it again, in both languages."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from copies import copy_of
from playwright.sync_api import Page, expect
from sqlalchemy.engine import Engine

from campaign import db
from campaign.accounts import users

# What devices have that people carry: a passkey stays on them, and they ask for a finger.
PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
WORDS = {
    "en": (
        "Sign in now",
        "Add a passkey",
        "Make the passkey",
        "Sign in with a passkey",
        "Use my passkey",
        "Remove",
    ),
    "es": (
        "Entrar ahora",
        "Agregar una llave de acceso",
        "Crear la llave de acceso",
        "Entrar con una llave de acceso",
        "Usar mi llave de acceso",
        "Quitar",
    ),
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def engine(snapshot_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_engine, tmp_path_factory.mktemp("passkeys")) as found:
        yield found


@pytest.fixture(scope="module")
def here(engine: Engine, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The service by name: a passkey is bound to one, and browsers take no number for it."""
    port = free_port()
    with serving(engine, port=port, base_url=f"http://localhost:{port}"):
        yield f"http://localhost:{port}"


def with_device(visit: Callable[..., Any], here: str, **settings: Any) -> tuple[Any, Page]:
    seen = visit(**settings)
    seen.address = here
    page: Page = seen.page
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
    return seen, page


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_passkey_is_made_and_signs_in(
    visit: Callable[..., Any], here: str, engine: Engine, lang: str
) -> None:
    enter, add, make, with_one, use, remove = WORDS[lang]
    start = f"{here}{'/es' if lang == 'es' else ''}/organize"
    with db.writing(engine) as session:
        secret = users.add(session, f"{lang}@staff-host.org", "organizer", now=db.utcnow(), actor="test")[1]
    seen, page = with_device(visit, here, viewport={"width": 360, "height": 740})
    page.goto(f"{start}/link/{secret}")
    page.get_by_role("button", name=enter).click()
    page.goto(f"{start}/account")
    page.get_by_role("link", name=add).click()
    page.get_by_role("button", name=make).click()
    expect(page.get_by_role("button", name=remove)).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{start}/sign-in")
    page.get_by_role("link", name=with_one).click()
    page.get_by_role("button", name=use).click()
    expect(page.locator("h1")).to_have_text("This week" if lang == "en" else "Esta semana")
    # What matters most asks again, a quarter of an hour later.
    page.goto(f"{start}/passkey?next=/organize/account/authenticator")
    page.get_by_role("button", name=use).click()
    expect(page).to_have_url(f"{here}/organize/account/authenticator")
    page.goto(f"{start}/account")
    page.get_by_role("button", name=remove).click()
    expect(page.get_by_role("button", name=remove)).to_have_count(0)
    page.goto(f"{start}/passkey")
    page.get_by_role("button", name=use).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert [fault for fault in seen.faults if "403" not in fault] == []


def test_without_scripts_it_says_why_and_leads_back(visit: Callable[..., Any], here: str) -> None:
    seen = visit(java_script_enabled=False)
    page: Page = seen.page
    page.goto(f"{here}/organize/passkey")
    expect(page.locator("#no-passkeys")).to_be_visible()
    expect(page.get_by_role("button", name="Use my passkey")).to_have_count(0)
    page.get_by_role("link", name="Another way").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_axe_finds_nothing(
    visit: Callable[..., Any], here: str, look: Any, engine: Engine, signed_in: Callable[..., Any]
) -> None:
    start = "/es/organize" if look.lang == "es" else "/organize"
    seen, page = with_device(visit, here, color_scheme=look.scheme, viewport=look.size)
    page.context.add_cookies([signed_in(engine, here, f"axe-{look.lang}@staff-host.org", "organizer")])
    assert seen.broken([f"{start}/passkey", f"{start}/account/passkey", f"{start}/account"]) == {}
