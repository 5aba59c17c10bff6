"""Which ask fits whom: real members of June 2026, and the order in which asks win."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from chambers import add_bill, id_of, legislator, seat_members, term
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db, snapshot
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Referral
from campaign.congress.stage_names import Stage
from campaign.outreach import asks, wordings


@pytest.mark.parametrize(
    ("bioguide", "bill", "code", "en", "es"),
    [
        ("C001091", "hr6736-119", "sponsor", "leads H.R. 6736 (2025)", "encabeza H.R. 6736 (2025)"),
        ("J000305", "hr6736-119", "rejoin", "co-sponsored H.R. 6618 in 2023, not yet H.R. 6736",
         "copatrocinó H.R. 6618 en 2023, aún no H.R. 6736"),
        ("N000147", "hr923-119", "thank", "on H.R. 923 (2025) since", "copatrocina H.R. 923 (2025) desde el"),
        ("M001199", "hr6736-119", "committee_chair",
         "chairs the House Committee on Foreign Affairs, which has H.R. 6736 (2025)",
         "preside el Comité de Asuntos Exteriores de la Cámara, que tiene H.R. 6736 (2025)"),
        ("C001098", "s3508-119", "committee",
         "sits on the Senate Committee on Foreign Relations, which has S. 3508 (2025)",
         "integra el Comité de Relaciones Exteriores del Senado, que tiene S. 3508 (2025)"),
        ("H001103", "hr6736-119", "delegate",
         "no vote on final passage, but may co-sponsor H.R. 6736 (2025)",
         "no vota en la aprobación final, pero puede copatrocinar H.R. 6736 (2025)"),
        ("C001131", "hr923-119", "thank", "on H.R. 923 (2025) since", "copatrocina H.R. 923 (2025) desde el"),
        ("R000575", "hr923-119", "cosponsor", "not yet on H.R. 923 (2025)",
         "aún no copatrocina H.R. 923 (2025)"),
    ],
)  # fmt: skip
def test_real_members_are_asked_what_their_record_says(
    snapshot_engine: Engine, now: datetime, bioguide: str, bill: str, code: str, en: str, es: str
) -> None:
    with db.reading(snapshot_engine) as session:
        person = members.person(session, bioguide)
        assert person is not None
        ask = asks.pick(session, person, BillId.of(bill), now=now)
    assert ask is not None
    assert (ask.code, str(ask.bill)) == (code, bill)
    assert ask.reasons.en.startswith(en)
    assert ask.reasons.es.startswith(es)
    assert ask.as_of == date(2026, 6, 1)


def test_when_the_congress_has_ended_everyone_is_asked_for_the_next(snapshot_engine: Engine) -> None:
    january = datetime(2027, 1, 4, 15, tzinfo=UTC)
    with db.reading(snapshot_engine) as session:
        docket = asks.docket(session, now=january)
        people = members.people(session, ["J000305", "H001042"])
        found = {ask.code for person in people.values() for ask in docket.asks(person)}
        numbers = {str(ask.bill) for ask in docket.asks(people["H001042"])}
    assert found == {"next_congress"}
    assert numbers == {"s3508-119", "s367-119"}


def test_the_congress_lasts_until_noon_in_washington(snapshot_engine: Engine) -> None:
    morning = datetime(2027, 1, 3, 16, 59, tzinfo=UTC)
    with db.reading(snapshot_engine) as session:
        person = members.person(session, "J000305")
        assert person is not None
        ask = asks.pick(session, person, BillId.of("hr6736-119"), now=morning)
    assert ask is not None
    assert ask.code == "rejoin"


def test_a_bill_that_passed_the_house_is_what_senators_are_asked_about(
    snapshot_engine: Engine, now: datetime
) -> None:
    with db.reading(snapshot_engine) as session:
        docket = asks.docket(session, now=now)
        senator, member = members.person(session, "H001042"), members.person(session, "R000575")
        assert senator is not None
        assert member is not None
        armas = docket.matters[0]
        passed = tuple(
            replace(one, stage=replace(one.stage, stage=Stage.passed_house))
            if one.id.chamber == "house"
            else one
            for one in armas.living
        )
        moved = replace(armas, living=passed)
        asked = docket.ask(senator, moved)
        assert asked is not None
        assert (asked.code, str(asked.bill)) == ("floor", "hr6736-119")
        assert docket.ask(member, moved) is None


def test_who_is_on_the_sister_bill_is_thanked_for_it(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        docket = asks.docket(session, now=now)
        sisters = {
            person.bioguide: str(ask.sister[0])
            for person in members.people(session).values()
            for ask in docket.asks(person)
            if ask.sister and ask.code == "cosponsor"
        }
    assert len(sisters) > 5
    assert set(sisters.values()) <= {"hr6736-119", "hr923-119", "s3508-119", "s367-119"}


def test_of_a_bill_never_read_whole_nothing_is_said_by_absence(sqlite_engine: Engine, now: datetime) -> None:
    snapshot.load(sqlite_engine, now=now)
    with db.writing(sqlite_engine) as session:
        bill = session.get(Bill, "hr6736-119")
        assert bill is not None
        bill.observed_at, bill.partial = None, "co-sponsors as introduced only"
    with db.reading(sqlite_engine) as session:
        docket = asks.docket(session, now=now)
        people = members.people(session, ["J000305", "R000575", "N000147"])
        reasons = {
            id: ask.reasons.en for id, one in people.items() if (ask := docket.ask(one, docket.matters[0]))
        }
    assert "not yet" not in " ".join(reasons.values())
    assert reasons["R000575"] == "whether they are on H.R. 6736 (2025) is not known yet"
    assert reasons["J000305"].startswith("co-sponsored H.R. 6618 in 2023; whether")
    assert reasons["N000147"].startswith("on H.R. 6736 (2025) since")


def test_a_committee_that_only_touched_a_bill_gives_no_ask(sqlite_engine: Engine, now: datetime) -> None:
    snapshot.load(sqlite_engine, now=now)
    with db.writing(sqlite_engine) as session:
        for row in session.exec(select(Referral).where(Referral.bill == "hr6736-119")):
            row.referred = False
    with db.reading(sqlite_engine) as session:
        chair = members.person(session, "M001199")
        assert chair is not None
        ask = asks.pick(session, chair, BillId.of("hr6736-119"), now=now)
    assert ask is not None
    assert ask.code == "cosponsor"


def test_a_congress_is_named_by_its_ordinal_in_both_languages(sqlite_engine: Engine) -> None:
    """The 121st Congress (2029 to 2031) is the first since this service began whose number ends in 1."""
    seat_members(sqlite_engine, legislator("A1", term("NY-1", start="2031-01-03", end="2033-01-03")))
    bill = add_bill(sqlite_engine, "hr1-121", proposal="armas", introduced="2029-01-10")
    january = datetime(2031, 1, 6, 15, tzinfo=UTC)
    with db.reading(sqlite_engine) as session:
        person = members.person(session, id_of("A1"))
        assert person is not None
        ask = asks.pick(session, person, bill, now=january)
        scripts = [
            wordings.script_for(session, str(bill), id_of("A1"), "call", lang, now=january).text
            for lang in wordings.LANGUAGES
        ]
    assert ask is not None
    assert ask.reason("en") == "H.R. 1 ended with the 121st Congress and has no successor yet"
    assert ask.reason("es") == "H.R. 1 terminó con el 121.º Congreso y aún no tiene sucesor"
    assert "It ended with the 121st Congress." in scripts[0]
    assert "El proyecto terminó con el 121.º Congreso." in scripts[1]
