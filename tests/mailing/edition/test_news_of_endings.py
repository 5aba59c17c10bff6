"""After a Congress the first digest tells what was reached and what comes; before, mail counts the days."""

import email
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import Any

import pytest
import time_machine
from chambers import acted, add_bill, legislator, on, seat_members, term
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.mailing.edition import alerts, building, digest, lifecycle, news, previews
from campaign.mailing.edition.digest import Group
from campaign.organizing import worklists
from campaign.outreach import asks
from campaign.settings import Settings

from mondays import CAMPAIGN  # isort: skip
from jobs import close_bills

Make = Callable[..., Any]
LAW_PAGES = (
    "/bills",
    "/bills/hr923-119",
    "/bills/s367-119",
    "/proposals/armas",
    "/es/proposals/armas",
    "/act/NY-1",
    "/feeds/changes.atom",
)
NOON = datetime(2027, 1, 3, 17, tzinfo=UTC)
MONDAY = datetime(2027, 1, 4, 15, tzinfo=UTC)


@pytest.fixture
def december(engine: Engine) -> Engine:
    """A bill with its sponsor and two co-sponsors, all elected again; one of them without a vote."""
    again = {"end": "2029-01-03"}
    people = [("A1", "NY-1"), ("A2", "NY-2"), ("A3", "DC-0")]
    seat_members(engine, *(legislator(short, term(seat, **again)) for short, seat in people))
    referred = acted("2025-02-04", "Referred to the House Committee on Foreign Affairs.", code="H11100")
    rows = [on("A2"), on("A3")]
    add_bill(engine, "hr923-119", *rows, sponsor="A1", proposal="armas", actions=[referred])
    return engine


def mail(engine: Engine, settings: Settings, edition: int, lang: str, seat: str = "") -> tuple[str, str, str]:
    """Subject, text and HTML."""
    raw = previews.preview(engine, settings, Group(lang, seat), edition=edition, now=MONDAY)
    message = email.message_from_bytes(raw, policy=default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return message["Subject"], " ".join(text.get_content().split()), " ".join(html.get_content().split())


def test_the_end_is_news_once(december: Engine, settings: Settings, readers: Make, rules: Make) -> None:
    engine = december
    rules(quiet_week="nothing")
    readers("a@readers-host.org")
    readers("b@readers-host.org", language="es")
    close_bills.run(engine, settings, now=NOON)
    assert alerts.build(engine, settings, CAMPAIGN, now=NOON + timedelta(hours=1)) == 0
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    assert built.state == "draft"
    subject, text, html = mail(engine, settings, built.edition, "en")
    assert subject == "The 119th Congress has ended: what was reached, and what comes next"
    told = "H.R. 923 expired with the 119th Congress on January 3, 2027."
    assert told in text
    assert "How far it came: in committee." in text
    assert "On its last day it had 2 co-sponsors; 1 of them had a vote." in text
    assert "What comes next: someone in Congress has to introduce the bill again." in text
    assert "We will write to you when it is back." in html
    assert "THE NUMBERS" not in text
    subject, text, html = mail(engine, settings, built.edition, "es")
    assert subject == "El 119.º Congreso terminó: hasta dónde se llegó y qué sigue"
    assert "H.R. 923 venció con el 119.º Congreso el 3 de enero de 2027." in text
    assert "El último día tenía 2 copatrocinadores; con voto, 1." in text
    lifecycle.publish(engine, settings, built.edition, by="tests", now=MONDAY)
    assert building.build(engine, settings, CAMPAIGN, now=MONDAY + timedelta(days=7)).state == "quiet"


def test_a_quiet_week_between_speaks_of_no_living_bill(
    december: Engine, settings: Settings, readers: Make, rules: Make
) -> None:
    engine = december
    rules(quiet_week="note")
    readers("a@readers-host.org", seat="NY-2")
    readers("b@readers-host.org", seat="NY-2", language="es")
    built = building.build(engine, settings, CAMPAIGN, now=MONDAY)
    _, text, html = mail(engine, settings, built.edition, "en", "NY-2")
    assert "The bills you follow have not been introduced in this Congress yet." in text
    assert "co-sponsored last Congress's H.R. 923, which has expired" in text
    assert "Thank Representative MemberA2 for the support so far" in text
    assert text.count("H.R. 923") == text.count("last Congress's H.R. 923")
    assert "has 2 co-sponsors" not in html
    _, text, _ = mail(engine, settings, built.edition, "es", "NY-2")
    assert text.count("H.R. 923") == text.count("H.R. 923 del Congreso pasado")
    assert "aún no se han presentado en este Congreso" in text


@pytest.mark.parametrize(
    ("now", "en", "es"),
    [
        (datetime(2026, 11, 30, 15, tzinfo=UTC), "", ""),
        (
            datetime(2026, 12, 21, 15, tzinfo=UTC),
            "on January 3 at noon Eastern time, 13 days after December 21, 2026. Bills that are not law",
            "el 3 de enero al mediodía, hora del Este, 13 días después del 21 de diciembre de 2026. Los",
        ),
        (datetime(2027, 1, 2, 15, tzinfo=UTC), "1 day after January 2", "1 día después del 2 de enero"),
        (NOON - timedelta(minutes=1), "today, January 3, at noon", "hoy, 3 de enero, al mediodía"),
    ],
)
def test_mail_of_the_last_weeks_says_how_long_is_left(
    december: Engine, settings: Settings, readers: Make, rules: Make, now: datetime, en: str, es: str
) -> None:
    rules(quiet_week="note")
    readers("a@readers-host.org")
    readers("b@readers-host.org", language="es")
    edition = building.build(december, settings, CAMPAIGN, now=now).edition
    for lang, expected, start in (("en", en, "This Congress ends "), ("es", es, "Este Congreso termina ")):
        for body in mail(december, settings, edition, lang)[1:]:
            assert expected in body
            assert (start in body) == bool(expected)


@pytest.mark.parametrize(
    ("listed", "voting", "en", "es"),
    [
        (0, 0, "It had no co-sponsors.", "Nadie lo había copatrocinado."),
        (1, 1, "On its last day it had 1 co-sponsor.", "El último día tenía 1 copatrocinador."),
        (3, 3, "On its last day it had 3 co-sponsors.", "El último día tenía 3 copatrocinadores."),
        (2, 0, "2 co-sponsors; none of them had a vote.", "2 copatrocinadores; con voto, ninguno."),
    ],
)
def test_the_last_count_is_told_as_it_is_spoken(
    engine: Engine, listed: int, voting: int, en: str, es: str
) -> None:
    places = ["NY-2", "NY-3", "NY-4"] if voting else ["DC-0", "GU-0"]
    rows = [on(f"B{number}") for number in range(1, listed + 1)]
    people = [legislator(f"B{number}", term(seat)) for number, seat in enumerate(places, 1)]
    seat_members(engine, legislator("A1", term("NY-1")), *people)
    introduced = acted("2025-02-04", "Introduced in House", code="1000")
    add_bill(engine, "hr923-119", *rows, sponsor="A1", proposal="armas", actions=[introduced])
    close_bills.run(engine, Settings(), now=NOON)
    with db.reading(engine) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=MONDAY)
    for lang, told in (("en", en), ("es", es)):
        page = digest.page(gathered, Group(lang), base_url="https://campaign.example.org")
        assert any(told in line for section in page.sections for line in section.lines)


def test_a_bill_that_became_law_has_not_ended(engine: Engine) -> None:
    """Of a proposal that is law nothing is asked any more, though its companion died."""
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}", end="2029-01-03")) for n in (1, 2)))
    signed = acted("2026-12-20", "Became Public Law No: 119-99.", code="36000")
    introduced = acted("2025-02-04", "Introduced in Senate", code="10000")
    add_bill(engine, "hr923-119", on("A2"), sponsor="A1", proposal="armas", actions=[signed])
    add_bill(engine, "s367-119", sponsor="A1", proposal="armas", actions=[introduced])
    close_bills.run(engine, Settings(), now=NOON)
    with db.reading(engine) as session:
        gathered = news.gather(session, CAMPAIGN, since_seq=0, now=MONDAY)
        quiet = news.gather(session, CAMPAIGN, since_seq=gathered.upto_seq, now=MONDAY)
        docket = asks.campaign_asks(session, now=MONDAY)
        assert docket.asks(members.people(session, now=MONDAY)["A000001"]) == []
        for bill in ("hr923-119", "s367-119"):
            assert worklists.worklists(session, BillId.of(bill), now=MONDAY).by_member() == []
    told = digest.page(gathered, Group("en"), base_url="https://campaign.example.org")
    assert [bill.record.bill.id for bill in gathered.proposals[0].ended] == ["s367-119"]
    assert told.sections[0].lines[-1].startswith("It became law as last Congress's H.R. 923.")
    assert not any("introduce the proposal again" in line for line in told.sections[0].lines)
    assert (told.deed.sentence, told.deed.scripted) == ("Read how it became law, and who supported it.", False)
    later = digest.page(quiet, Group("es", "NY-1"), base_url="https://campaign.example.org")
    assert later.quiet == "Los proyectos que usted sigue ya son ley. No queda nada que pedir."
    with time_machine.travel(MONDAY, tick=False):
        client = create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine).test_client()
        pages = {path: " ".join(client.get(path).text.split()) for path in LAW_PAGES}
    assert "This bill became law" in pages["/bills/hr923-119"]
    for path in ("/bills", "/proposals/armas"):
        assert "became law on December 20, 2026. It does not have to be introduced again." in pages[path]
    assert "This bill has expired" in pages["/bills/s367-119"]
    for path in ("/bills", "/proposals/armas", "/act/NY-1"):
        assert "to be among its first co-sponsors" not in pages[path]
    assert "Ask your members" not in pages["/proposals/armas"]
    assert "Pídaselo a sus legisladores" not in pages["/es/proposals/armas"]
    feed = pages["/feeds/changes.atom"]
    assert feed.count("<summary>Expired when its Congress ended") == 1


def test_a_win_is_not_asked_for_in_its_own_congress_either(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")))
    signed = acted("2026-12-20", "Became Public Law No: 119-99.", code="36000")
    add_bill(engine, "hr923-119", sponsor="A1", proposal="armas", actions=[signed])
    with time_machine.travel(NOON - timedelta(days=5), tick=False):
        client = create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine).test_client()
        assert "Ask your members" not in client.get("/proposals/armas").text
        assert "Pídaselo a sus legisladores" not in client.get("/es/proposals/armas").text
