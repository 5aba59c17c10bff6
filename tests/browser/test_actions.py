"""Each kind of action in a browser, in both languages: written by an organizer, signed, confirmed by mail.

Without scripts, but for the letter, which fills itself in as one types.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from copies import copy_of
from playwright.sync_api import Page, expect
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.actions.models import CampaignAction, Signature, Target
from campaign.mailing.delivery.sending import Outbox, deliver
from campaign.settings import Settings
from jobs import remind_pledges

MAIL = {"mail_from": "Campaign <news@campaign-host.org>", "postal_address": "P.O. Box 123, Austin, TX 78701"}
KEY = SecretStr("for browser tests only, long enough")
OFFICES = (
    "title_en,title_es,name,salutation_en,salutation_es\n"
    "Office of the President,Oficina de la Presidencia,,Dear President,Estimada presidenta\n"
)
POINTS = "## cost: {}\n{}"
# What the organizers' form, the public page and the mails say, by language.
WORDS = {
    "en": {
        "save": "Save as a draft", "open": "Open", "offices": "0 offices…", "look": "Show what would change",
        "take": "Save 1 office", "name": "Your name", "email": "Your email address", "confirm": "Yes, confirm",
        "petition": "Sign", "signon": "Sign", "pledge": "I will call", "letter": "Count my letter",
        "organization": "Your organization", "approve": "Approve", "who": "Who takes part",
        "back": "Withdraw and delete this", "sent": "Check your email", "gone": "You have taken it back",
        "write": "Write to: Office of the President", "dear": "Dear President:", "point": "What it costs",
        "day": "Day of the call",
    },
    "es": {
        "save": "Guardar como borrador", "open": "Abrir", "offices": "0 oficinas…", "look": "Ver qué cambiaría",
        "take": "Guardar 1 oficina", "name": "Su nombre", "email": "Su correo electrónico",
        "confirm": "Sí, confirmar", "petition": "Firmar", "signon": "Firmar", "pledge": "Voy a llamar",
        "letter": "Contar mi carta", "organization": "Su organización", "approve": "Aprobar",
        "who": "Quiénes participan", "back": "Retirarlo y borrar estos datos",
        "sent": "Revise su correo electrónico", "gone": "Lo retiró",
        "write": "Escriba a: Oficina de la Presidencia", "dear": "Estimada presidenta:",
        "point": "Cuánto cuesta", "day": "Día de la llamada",
    },
}  # fmt: skip
Visits = Callable[..., Any]


@pytest.fixture(scope="module")
def engine(snapshot_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A copy of the campaign of its own: what is open stands on the front page."""
    with copy_of(snapshot_engine, tmp_path_factory.mktemp("actions")) as found:
        yield found


@pytest.fixture(scope="module")
def here(engine: Engine, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with serving(engine, **MAIL) as found:
        yield found


@pytest.fixture
def enter(visit: Visits, here: str) -> Visits:
    def enter(**settings: Any) -> Any:
        seen = visit(**settings)
        seen.address = here
        return seen

    return enter


@pytest.fixture
def mailed(engine: Engine, here: str, tmp_path: Path) -> Callable[..., str]:
    """Send what is due and give the newest mail as text."""

    def send(at: datetime) -> str:
        settings = Settings(
            secret_key=KEY, base_url=here, smtp_url=SecretStr(f"file:{tmp_path}/{at.timestamp()}"), **MAIL
        )
        assert deliver(Outbox(engine, settings, clock=lambda: at)).counts == {"sent": 1}
        (file,) = (tmp_path / str(at.timestamp())).iterdir()
        return file.read_bytes().replace(b"=\r\n", b"").replace(b"=\n", b"").decode()

    return send


def start(lang: str) -> str:
    return "/es" if lang == "es" else ""


def write(page: Page, here: str, kind: str, lang: str, day: str) -> str:
    """Add and open an action of a kind; the address of its page."""
    words, slug = WORDS[lang], f"{kind}-{lang}"
    page.goto(f"{here}{start(lang)}/organize/actions/new?kind={kind}")
    for name, text in {
        "title_en": f"Clean wells: {kind}",
        "title_es": f"Pozos limpios: {kind}",
        "text_en": "Test every well.",
        "text_es": "Analicen cada pozo.",
        "slug": slug,
    }.items():
        page.locator(f"[name={name}]").fill(text)
    if kind == "letter":
        page.locator("[name=points_en]").fill(POINTS.format("What it costs", "It costs little."))
        page.locator("[name=points_es]").fill(POINTS.format("Cuánto cuesta", "Cuesta poco."))
    if kind == "pledge":
        page.get_by_label(words["day"]).fill(day)
    page.get_by_role("button", name=words["save"]).click()
    if kind == "letter":
        page.get_by_role("link", name=words["offices"]).click()
        page.locator("[name=text]").fill(OFFICES)
        page.get_by_role("button", name=words["look"]).click()
        page.get_by_role("button", name=words["take"]).click()
    page.get_by_role("link", name=f"{words['open']}…").click()
    page.get_by_role("button", name=words["open"], exact=True).click()
    return f"{start(lang)}/actions/{slug}"


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", ["petition", "signon", "pledge", "letter"])
def test_from_the_first_word_to_the_count_and_back(
    enter: Visits, engine: Engine, here: str, cookie: Any, mailed: Callable[..., str], kind: str, lang: str
) -> None:
    words, now = WORDS[lang], db.utcnow()
    staff = enter(java_script_enabled=False).page
    staff.context.add_cookies([cookie])
    path = write(staff, here, kind, lang, str((now + timedelta(days=3)).date()))
    seen = enter(java_script_enabled=False)
    page: Page = seen.open(f"{start(lang)}/")
    page.get_by_role("link", name=re.compile(rf"^(Clean wells|Pozos limpios): {kind}$")).first.click()
    expect(page.locator("h1")).to_have_text(re.compile(kind))
    assert page.url == here + path
    if kind == "signon":
        page.get_by_label(words["organization"], exact=True).fill("Wells for all")
    page.get_by_label(words["name"], exact=True).fill("María Ruiz")
    page.get_by_label(words["email"]).fill("maria@readers-host.org")
    page.locator("#show_name").check()
    page.get_by_role("button", name=words[kind], exact=True).click()
    expect(page.locator("h1")).to_have_text(words["sent"])
    link = re.search(r"/(?:es/)?signature/[A-Za-z0-9_-]+", mailed(db.utcnow()))
    assert link
    seen.open(link[0])
    page.get_by_role("button", name=words["confirm"]).click()
    seen.open(path)
    if kind == "signon":
        expect(page.locator(".count b")).to_have_text("0")
        staff.goto(f"{here}{start(lang)}/organize/actions")
        staff.get_by_role("link", name=re.compile("^1 ")).click()
        staff.get_by_role("button", name=words["approve"]).click()
        page.reload()
    expect(page.locator(".count b")).to_have_text("1")
    expect(page.get_by_text("María Ruiz")).to_be_visible()
    if kind == "pledge":
        later = now + timedelta(days=3)
        settings = Settings(secret_key=KEY, base_url=here, timezone="UTC", **MAIL)
        assert remind_pledges.run(engine, settings, now=later).summary.startswith("1 ")
        assert f"{start(lang)}/find" in mailed(later)
    seen.open(link[0])
    page.get_by_role("button", name=words["back"]).click()
    expect(page.locator("h1")).to_have_text(words["gone"])
    seen.open(path)
    expect(page.locator(".count b")).to_have_text("0")
    assert seen.faults == []


@pytest.fixture(scope="module")
def written(engine: Engine) -> None:
    """An open action of each kind, with somebody in it and an office."""
    now = db.utcnow()
    with db.writing(engine) as session:
        for kind in ("petition", "signon", "pledge", "letter"):
            row = CampaignAction(
                campaign="us-guns-abroad", slug=f"seen-{kind}", kind=kind, title_en="Clean wells",
                title_es="Pozos limpios", text_en="Test.\n\nWells.", text_es="Analicen.\n\nPozos.", goal=1000,
                points_en="## cost: Cost\nLittle.", points_es="## cost: Costo\nPoco.", state="open",
                day=(now + timedelta(days=9)).date(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            offices = {"title_en": "President", "title_es": "Presidenta", "phone": "210-555-0100"}
            greeting = {"salutation_en": "Dear President", "salutation_es": "Estimada presidenta"}
            signed = {"asked_at": now, "confirmed_at": now, "show_name": True}
            session.add(Target(action=row.id or 0, position=0, **offices, **greeting))
            session.add(Signature(action=row.id or 0, key=kind, name="Ana", organization="Wells", **signed))


def pages(lang: str) -> list[str]:
    kinds = ("petition", "signon", "pledge", "letter")
    return [f"{start(lang)}/actions/seen-{path}" for path in (*kinds, "letter/letter?v=3")]


def organizers_pages(engine: Engine, lang: str) -> list[str]:
    with db.reading(engine) as session:
        id = session.exec(select(CampaignAction.id).where(CampaignAction.slug == "seen-signon")).one()
    own = (f"/{id}", f"/{id}/step/close", f"/{id}/signatures", f"/{id}/targets")
    paths = ("", "/new?kind=letter", *own)
    return [f"{start(lang)}/organize/actions{path}" for path in paths]


@pytest.fixture(scope="module")
def cookie(engine: Engine, here: str, signed_in: Callable[..., Any]) -> Any:
    return signed_in(engine, here, "looks@staff-host.org")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    enter: Visits, engine: Engine, written: None, cookie: Any, look: Any
) -> None:
    seen = enter(color_scheme=look.scheme, viewport=look.size)
    seen.page.context.add_cookies([cookie])
    paths = [*pages(look.lang), *organizers_pages(engine, look.lang)]
    assert seen.unsound(paths) == {}
    assert seen.faults == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_letter_fills_itself_in_as_one_types(enter: Visits, written: None, lang: str) -> None:
    seen = enter()
    page: Page = seen.open(f"{start(lang)}/actions/seen-letter/letter?v=3")
    page.get_by_label(WORDS[lang]["name"], exact=True).fill("Ana Ruiz")
    letter = page.locator("#letter")
    expect(letter).to_contain_text("Ana Ruiz")
    expect(letter).to_contain_text(WORDS[lang]["dear"])
    page.locator("[name=points]").check()
    expect(page).to_have_url(re.compile("points=cost"))
    expect(letter).to_contain_text("Ana Ruiz")
    assert seen.faults == []
