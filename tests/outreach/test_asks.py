"""Which ask fits whom: real members of June 2026, and the order in which asks win."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Referral
from campaign.congress.stage_names import Stage
from campaign.outreach import asks
from campaign.outreach.asks import Earlier, Seat, Situation

EARLIER = Earlier(BillId.of("hr6618-118"), 2023, False)
PLACE = Seat("HSFA", "House Committee on Foreign Affairs", False)
CHAIR = replace(PLACE, chair=True)
JOINED, LEFT = date(2025, 12, 16), date(2026, 2, 3)


@pytest.mark.parametrize(
    ("situation", "codes"),
    [
        (Situation(), ["cosponsor"]),
        (Situation(earlier=EARLIER, seat=PLACE), ["rejoin", "committee", "cosponsor"]),
        (Situation(earlier=EARLIER, left=LEFT), ["withdrew", "rejoin", "cosponsor"]),
        (Situation(joined=JOINED, left=LEFT), ["thank"]),
        (Situation(joined=JOINED, earlier=EARLIER, seat=CHAIR), ["thank"]),
        (Situation(seat=CHAIR), ["committee_chair", "cosponsor"]),
        (Situation(votes=False, seat=PLACE), ["delegate", "committee", "cosponsor"]),
        (Situation(votes=False, joined=JOINED), ["thank"]),
        (Situation(sponsor=True, seat=PLACE), ["sponsor"]),
        (Situation(vote_near=True), ["floor", "cosponsor"]),
        (Situation(vote_near=True, joined=JOINED), ["floor", "thank"]),
        (Situation(vote_near=True, votes=False), ["delegate", "cosponsor"]),
        (Situation(living=False, earlier=EARLIER), ["next_congress"]),
        (Situation(passed_here=True), []),
    ],
)
def test_the_most_specific_ask_wins(situation: Situation, codes: list[str]) -> None:
    assert asks.fitting(situation) == codes


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
    assert ask.reason_en.startswith(en)
    assert ask.reason_es.startswith(es)
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


def test_of_a_bill_never_read_whole_nothing_is_said_by_absence(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        bill = session.get(Bill, "hr6736-119")
        assert bill is not None
        bill.observed_at, bill.partial = None, "co-sponsors as introduced only"
    with db.reading(snapshot_copy) as session:
        docket = asks.docket(session, now=now)
        people = members.people(session, ["J000305", "R000575", "N000147"])
        reasons = {
            id: ask.reason_en for id, one in people.items() if (ask := docket.ask(one, docket.matters[0]))
        }
    assert "not yet" not in " ".join(reasons.values())
    assert reasons["R000575"] == "whether they are on H.R. 6736 (2025) is not known yet"
    assert reasons["J000305"].startswith("co-sponsored H.R. 6618 in 2023; whether")
    assert reasons["N000147"].startswith("on H.R. 6736 (2025) since")


def test_a_committee_that_only_touched_a_bill_gives_no_ask(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        for row in session.exec(select(Referral).where(Referral.bill == "hr6736-119")):
            row.referred = False
    with db.reading(snapshot_copy) as session:
        chair = members.person(session, "M001199")
        assert chair is not None
        ask = asks.pick(session, chair, BillId.of("hr6736-119"), now=now)
    assert ask is not None
    assert ask.code == "cosponsor"
