"""What is asked of whom: real members of June 2026, and a small Congress for what they do not show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from chambers import (
    NOW,
    READ,
    acted,
    add_bill,
    adopt,
    counted,
    id_of,
    legislator,
    on,
    seat_members,
    term,
)
from filled import filled_by
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members, new_bills
from campaign.congress.bills import BillId
from campaign.congress.models import Bill, Referral
from campaign.congress.observation import ActionRow, CosponsorRow
from campaign.congress.stage_names import Stage
from campaign.outreach import asks, names, wordings
from campaign.outreach.asks import Ask
from campaign.proposals import campaigns, published
from campaign.proposals.models import Kinship, TextVersion
from campaign.refusals import Refused


@pytest.mark.parametrize(
    ("bioguide", "bill", "code", "en", "es"),
    [
        ("C001091", "hr6736-119", "sponsor", "introduced H.R. 6736", "presentó H.R. 6736"),
        ("J000305", "hr6736-119", "rejoin",
         "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet",
         "copatrocinó H.R. 6618 del Congreso pasado; aún no copatrocina H.R. 6736"),
        ("N000147", "hr923-119", "thank", "co-sponsor of H.R. 923 since", "copatrocina H.R. 923 desde el"),
        ("M001199", "hr6736-119", "committee_chair",
         "not a co-sponsor yet; chairs the House Committee on Foreign Affairs, which has H.R. 6736",
         "aún no copatrocina H.R. 6736; preside el Comité de Asuntos Exteriores de la Cámara, que lo tiene"),
        ("C001098", "s3508-119", "committee",
         "not a co-sponsor yet; sits on the Senate Committee on Foreign Relations, which has S. 3508",
         "aún no copatrocina S. 3508; está en el Comité de Relaciones Exteriores del Senado, que lo tiene"),
        ("H001103", "hr6736-119", "delegate",
         "not a co-sponsor of H.R. 6736 yet; may co-sponsor, but has no vote on final passage",
         "aún no copatrocina H.R. 6736; puede hacerlo, aunque no vota en la aprobación final"),
        ("C001131", "hr923-119", "thank", "co-sponsor of H.R. 923 since", "copatrocina H.R. 923 desde el"),
        ("R000575", "hr923-119", "cosponsor", "not a co-sponsor of H.R. 923 yet",
         "aún no copatrocina H.R. 923"),
    ],
)  # fmt: skip
def test_real_members_are_asked_what_their_record_says(
    snapshot_engine: Engine, now: datetime, bioguide: str, bill: str, code: str, en: str, es: str
) -> None:
    with db.reading(snapshot_engine) as session:
        person = members.person(session, bioguide, now=NOW)
        assert person is not None
        ask = asks.ask_about(session, person, BillId.of(bill), now=now)
    assert ask is not None
    assert (ask.code, str(ask.bill)) == (code, bill)
    assert ask.reasons.en.startswith(en)
    assert ask.reasons.es.startswith(es)
    assert ask.as_of == date(2026, 6, 1)


def test_when_the_congress_has_ended_everyone_is_asked_for_the_next(snapshot_engine: Engine) -> None:
    january = datetime(2027, 1, 4, 15, tzinfo=UTC)
    with db.reading(snapshot_engine) as session:
        docket = asks.campaign_asks(session, now=january)
        people = members.people(session, ["J000305", "H001042"], now=NOW)
        found = {ask.code for person in people.values() for ask in docket.asks(person)}
        numbers = {str(ask.bill) for ask in docket.asks(people["H001042"])}
    assert found == {"next_congress"}
    assert numbers == {"s3508-119", "s367-119"}


def test_the_congress_lasts_until_noon_in_washington(snapshot_engine: Engine) -> None:
    morning = datetime(2027, 1, 3, 16, 59, tzinfo=UTC)
    with db.reading(snapshot_engine) as session:
        person = members.person(session, "J000305", now=NOW)
        assert person is not None
        ask = asks.ask_about(session, person, BillId.of("hr6736-119"), now=morning)
    assert ask is not None
    assert ask.code == "rejoin"


def test_a_bill_that_passed_the_house_is_what_senators_are_asked_about(
    snapshot_engine: Engine, now: datetime
) -> None:
    with db.reading(snapshot_engine) as session:
        docket = asks.campaign_asks(session, now=now)
        senator = members.person(session, "H001042", now=NOW)
        member = members.person(session, "R000575", now=NOW)
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
        docket = asks.campaign_asks(session, now=now)
        sisters = {
            person.bioguide: str(ask.sister[0])
            for person in members.people(session, now=NOW).values()
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
        docket = asks.campaign_asks(session, now=now)
        people = members.people(session, ["J000305", "R000575", "N000147"], now=NOW)
        reasons = {
            id: ask.reasons.en for id, one in people.items() if (ask := docket.ask(one, docket.matters[0]))
        }
    assert "not yet" not in " ".join(reasons.values())
    assert reasons["R000575"] == "we have not read who co-sponsors H.R. 6736"
    assert reasons["J000305"].startswith("co-sponsored last Congress's H.R. 6618; we have not read")
    assert reasons["N000147"].startswith("co-sponsor of H.R. 6736 since")


def test_a_committee_that_only_touched_a_bill_gives_no_ask(snapshot_copy: Engine, now: datetime) -> None:
    with db.writing(snapshot_copy) as session:
        for row in session.exec(select(Referral).where(Referral.bill == "hr6736-119")):
            row.referred = False
    with db.reading(snapshot_copy) as session:
        chair = members.person(session, "M001199", now=NOW)
        assert chair is not None
        ask = asks.ask_about(session, chair, BillId.of("hr6736-119"), now=now)
    assert ask is not None
    assert ask.code == "cosponsor"


def test_a_congress_is_named_by_its_ordinal_in_both_languages(sqlite_engine: Engine) -> None:
    """The 121st Congress (2029 to 2031) is the first since this service began whose number ends in 1."""
    seat_members(sqlite_engine, legislator("A1", term("NY-1", start="2031-01-03", end="2033-01-03")))
    bill = add_bill(sqlite_engine, "hr1-121", proposal="armas", introduced="2029-01-10")
    january = datetime(2031, 1, 6, 15, tzinfo=UTC)
    with db.reading(sqlite_engine) as session:
        person = members.person(session, id_of("A1"), now=NOW)
        assert person is not None
        ask = asks.ask_about(session, person, bill, now=january)
        scripts = [
            wordings.script_for(session, str(bill), id_of("A1"), "call", lang, now=january).text
            for lang in wordings.LANGUAGES
        ]
    assert ask is not None
    assert ask.reason("en") == "H.R. 1 expired with the 121st Congress; we do not know of a successor"
    assert ask.reason("es") == "H.R. 1 venció con el 121.º Congreso; no conocemos ningún sucesor"
    assert "The last version expired with its Congress." in scripts[0]
    assert "La versión anterior venció con su Congreso." in scripts[1]


@pytest.mark.parametrize(
    ("looked", "score", "en", "es"),
    [
        (119, 0.0, "; we do not know of a successor", "; no conocemos ningún sucesor"),
        (120, 0.0, "; we have not seen a successor as of January 20, 2027",
         "; hasta el 20 de enero de 2027 no hemos visto ningún sucesor"),
        (120, 0.5, "; we have not seen a successor as of January 20, 2027",
         "; hasta el 20 de enero de 2027 no hemos visto ningún sucesor"),
        # A likely bill waits for a person: neither that there is one nor that there is none can be said.
        (120, 0.7, "", ""),
    ],
)  # fmt: skip
def test_that_there_is_no_successor_is_said_only_as_far_as_anybody_looked(
    sqlite_engine: Engine, looked: int, score: float, en: str, es: str
) -> None:
    seat_members(sqlite_engine, legislator("A1", term("NY-1", start="2027-01-03", end="2029-01-03")))
    bill = add_bill(sqlite_engine, "hr1-119", proposal="armas", introduced="2025-01-10")
    with db.writing(sqlite_engine) as session:
        new_bills.note_look(session, looked, source="api", now=datetime(2027, 1, 20, 15, tzinfo=UTC))
        if score:
            session.add(Bill(id="hr9-120", congress=120, type="hr", number=9, title="The same"))
            session.flush()
            session.add(Kinship(proposal="armas", bill="hr9-120", score=score))
    with db.reading(sqlite_engine) as session:
        person = members.person(session, id_of("A1"), now=NOW)
        assert person is not None
        ask = asks.ask_about(session, person, bill, now=datetime(2027, 1, 21, 15, tzinfo=UTC))
    assert ask is not None
    assert ask.reason("en") == f"H.R. 1 expired with the 119th Congress{en}"
    assert ask.reason("es") == f"H.R. 1 venció con el 119.º Congreso{es}"


# --- a small Congress ------------------------------------------------------------------------------


def seat(engine: Engine) -> None:
    """Representatives A1 to A3, delegate A4 and senators A5 and A6; A1 chairs Foreign Affairs."""
    seat_members(
        engine,
        *(legislator(f"A{n}", term(f"NY-{n}", 118), term(f"NY-{n}")) for n in (1, 2, 3)),
        legislator("A4", term("DC-0")),
        legislator("A5", term("NY")),
        legislator("A6", term("NY", **{"class": 3})),
        committees={
            "HSFA": [("A1", {"title": "Chairman"}), ("A2", {})],
            "HSAP": [("A1", {}), ("A2", {}), ("A3", {})],
            "HSFA14": [("A3", {"title": "Chairman"})],
        },
    )


@pytest.fixture
def congress(engine: Engine) -> Engine:
    return filled_by(seat, engine)


def asks_of(engine: Engine, shorts: Sequence[str], bill: str, *, now: datetime = NOW) -> list[Ask | None]:
    """What is asked of each of these members about a bill."""
    with db.reading(engine) as session:
        people = members.people(session, [id_of(short) for short in shorts], now=NOW)
        whole, matter = asks.asks_of_bill(session, BillId.of(bill), now=now)
        return [whole.ask(people[id_of(short)], matter) for short in shorts]


def ask_of(engine: Engine, short: str, bill: str, *, now: datetime = NOW) -> Ask | None:
    with db.reading(engine) as session:
        person = members.person(session, id_of(short), now=NOW)
        assert person is not None
        return asks.ask_about(session, person, BillId.of(bill), now=now)


def asked(engine: Engine, short: str, bill: str, *, now: datetime = NOW) -> Ask:
    found = ask_of(engine, short, bill, now=now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rows", "code", "reason"),
    [
        ([on("A1", "2023-12-06", withdrawn="2024-05-01")], "cosponsor", "not a co-sponsor of H.R. 6736 yet"),
        ([on("A1", "2023-12-06")], "rejoin",
         "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet"),
        ([on("A1", "2024-05-01", withdrawn="2024-06-01"), on("A1", "2023-12-06")], "rejoin",
         "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet"),
        ([on("A1", "2023-12-06"), on("A1", "2024-02-01")], "rejoin",
         "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet"),
        ([on("A1", "2024-02-01"), on("A1", "2024-03-01"), on("A2", "2023-12-06")], "rejoin",
         "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet"),
        ([on("A2", "2023-12-06")], "cosponsor", "not a co-sponsor of H.R. 6736 yet"),
    ],
    ids=["withdrew", "stayed", "left and came back", "listed twice", "listed twice later", "somebody else"],
)  # fmt: skip
def test_only_who_stayed_on_an_earlier_bill_is_said_to_have_been_on_it(
    congress: Engine, rows: list[CosponsorRow], code: str, reason: str
) -> None:
    add_bill(congress, "hr6618-118", *rows, proposal="armas")
    add_bill(congress, "hr6736-119", proposal="armas")
    ask = asked(congress, "A1", "hr6736-119")
    assert (ask.code, ask.reason("en")) == (code, reason)


def test_of_several_earlier_bills_the_newest_is_named_and_who_led_it_did_not_cosponsor_it(
    congress: Engine,
) -> None:
    add_bill(congress, "hr9-117", on("A1", "2022-12-20"), sponsor="A2", proposal="armas")
    add_bill(congress, "hr6618-118", on("A1", "2023-12-20"), sponsor="A2", proposal="armas")
    add_bill(congress, "hr6736-119", proposal="armas")
    assert [asked(congress, short, "hr6736-119").reason("en") for short in ("A1", "A2")] == [
        "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet",
        "introduced last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet",
    ]


def test_who_led_an_earlier_bill_known_by_name_alone_is_asked_again_without_a_year(congress: Engine) -> None:
    with db.writing(congress) as session:
        session.add(
            Bill(
                id="hr6618-118", congress=118, type="hr", number=6618, title="Earlier act", sponsor=id_of("A1")
            )
        )
        session.flush()
        adopt(session, "hr6618-118", "armas")
    add_bill(congress, "hr6736-119", proposal="armas")
    ask = asked(congress, "A1", "hr6736-119")
    assert (ask.code, ask.reason("en")) == (
        "rejoin",
        "introduced last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet",
    )
    assert ask.situation.earlier is not None
    assert ask.situation.earlier.year is None


@pytest.mark.parametrize(
    ("short", "bill", "living", "en", "es"),
    [
        ("A5", "hr9-118", "s3508-119",
         "introduced last Congress's H.R. 9, the House twin; not a co-sponsor of S. 3508 yet",
         "presentó H.R. 9 del Congreso pasado, el proyecto gemelo en la Cámara; aún no copatrocina S. 3508"),
        ("A1", "s4647-118", "hr6736-119",
         "introduced last Congress's S. 4647, the Senate twin; not a co-sponsor of H.R. 6736 yet",
         "presentó S. 4647 del Congreso pasado, el proyecto gemelo en el Senado; aún no copatrocina H.R. 6736"),
        ("A1", "hr9539-117", "hr6736-119",
         "introduced H.R. 9539 of the 117th Congress; not a co-sponsor of H.R. 6736 yet",
         "presentó H.R. 9539 del 117.º Congreso; aún no copatrocina H.R. 6736"),
    ],
)  # fmt: skip
def test_who_led_an_earlier_bill_in_either_chamber_is_asked_to_rejoin(
    congress: Engine, short: str, bill: str, living: str, en: str, es: str
) -> None:
    add_bill(congress, bill, sponsor=short, proposal="armas")
    add_bill(congress, living, proposal="armas")
    ask = asked(congress, short, living)
    assert ask.code == "rejoin"
    assert tuple(ask.reasons) == (en, es)


HOUSE_PASSED = acted("2026-02-03", "Passed/agreed to in House: On passage Passed by voice vote.", code="8000")
SENATE_PASSED = acted("2026-03-03", "Passed Senate without amendment by Voice Vote.", code="17000")
TO_PRESIDENT = acted("2026-03-10", "Presented to President.", code="28000")
REPORTED = acted("2026-01-20", "Reported by the Committee on Foreign Affairs. H. Rept. 119-1.", code="5000")


@pytest.mark.parametrize(
    ("bill", "actions", "law", "codes"),
    [
        ("hr1-119", [], None, ["thank", "cosponsor", "delegate", None]),
        ("hr1-119", [REPORTED], None, ["floor", "floor", "delegate", None]),
        ("hr1-119", [HOUSE_PASSED], None, ["thank", None, None, "floor"]),
        ("hr1-119", [HOUSE_PASSED, SENATE_PASSED], None, ["thank", None, None, None]),
        ("hr1-119", [HOUSE_PASSED, SENATE_PASSED, TO_PRESIDENT], None, ["thank", None, None, None]),
        ("hr1-119", [HOUSE_PASSED, SENATE_PASSED, TO_PRESIDENT], "119-5", ["thank", None, None, None]),
        ("hr1-119", [HOUSE_PASSED, SENATE_PASSED, TO_PRESIDENT,
                     acted("2026-03-20", "Vetoed by President.", code="31000")],
         None, ["thank", None, None, None]),
        ("hres1-119", [acted("2026-02-03", "On agreeing to the resolution Agreed to.", code="8000")],
         None, ["thank", None, None, None]),
        ("s1-119", [], None, [None, None, None, "cosponsor"]),
        ("s1-119", [SENATE_PASSED], None, ["floor", "floor", None, None]),
    ],
    ids=["in committee", "reported", "passed House", "passed both", "to President", "law", "vetoed",
         "agreed to", "Senate bill", "passed Senate"],
)  # fmt: skip
def test_each_stage_leaves_each_member_what_they_can_still_do(
    congress: Engine, bill: str, actions: list[ActionRow], law: str | None, codes: list[str | None]
) -> None:
    """For a co-sponsor (if it is a House measure), another representative, a delegate and a senator.

    Nobody is asked to join what their chamber has passed, what has left Congress, or the other chamber's bill.
    """
    rows = [on("A1", "2026-01-10")] if bill.startswith("h") else []
    add_bill(congress, bill, *rows, proposal="armas", actions=tuple(actions), law=law)
    found = asks_of(congress, ("A1", "A2", "A4", "A5"), bill)
    assert [ask.code if ask else None for ask in found] == codes


def test_who_has_no_vote_is_asked_to_join_their_own_chambers_bill(congress: Engine) -> None:
    """The Senate has passed S. 1: representatives vote on it, a delegate can only co-sponsor H.R. 1."""
    add_bill(congress, "s1-119", proposal="armas", actions=(SENATE_PASSED,))
    add_bill(congress, "hr1-119", proposal="armas")
    found = asks_of(congress, ("A2", "A4"), "hr1-119")
    told = [(ask.code, str(ask.bill)) for ask in found if ask]
    assert told == [("floor", "s1-119"), ("delegate", "hr1-119")]


def test_once_one_bill_is_law_nobody_is_asked_to_join_its_companion(congress: Engine) -> None:
    """H.R. 1 became law while S. 1 stands where it was, even reported: the proposal has what it asked for."""
    signed = (HOUSE_PASSED, SENATE_PASSED, TO_PRESIDENT)
    add_bill(congress, "hr1-119", proposal="armas", actions=signed, law="119-5")
    add_bill(congress, "s1-119", on("A5", "2026-01-10"), proposal="armas", actions=(REPORTED,))
    add_bill(congress, "s2-119", proposal="armas")
    found = asks_of(congress, ("A1", "A5", "A6"), "hr1-119")
    assert [ask and ask.code for ask in found] == [None, "thank", None]


def test_a_member_is_asked_about_the_bill_of_their_own_chamber(congress: Engine) -> None:
    add_bill(congress, "hr1-119", proposal="armas")
    add_bill(congress, "s1-119", proposal="armas")
    assert [str(asked(congress, short, "hr1-119").bill) for short in ("A2", "A5")] == ["hr1-119", "s1-119"]


def test_of_two_bills_of_their_chamber_a_member_is_asked_about_the_first(congress: Engine) -> None:
    """The House has passed the second: the Senate votes on it next."""
    add_bill(congress, "hr1-119", proposal="armas")
    add_bill(congress, "hr2-119", proposal="armas", actions=(HOUSE_PASSED,))
    found = [asked(congress, short, "hr1-119") for short in ("A2", "A5")]
    assert [(ask.code, str(ask.bill)) for ask in found] == [("cosponsor", "hr1-119"), ("floor", "hr2-119")]


def test_without_a_bill_in_their_chamber_a_member_is_not_asked_to_join_an_ended_one(congress: Engine) -> None:
    add_bill(congress, "hr5-118", on("A2"), proposal="armas")
    add_bill(congress, "s1-119", proposal="armas")
    assert ask_of(congress, "A1", "hr5-118") is None
    assert ask_of(congress, "A2", "hr5-118") is None


@pytest.mark.parametrize(
    ("rows", "code", "reason"),
    [
        ([on("A2", "2026-02-04"), on("A2", "2026-03-01")], "thank",
         "co-sponsor of H.R. 1 since February 4, 2026"),
        ([on("A2", "2026-03-01"), on("A2", "2026-02-04", withdrawn="2026-02-20")], "thank",
         "co-sponsor of H.R. 1 since March 1, 2026"),
        ([on("A2", "2026-02-04", withdrawn="2026-02-20"), on("A2", "2026-03-01", withdrawn="2026-03-02")],
         "withdrew", "withdrew from H.R. 1 on March 2, 2026"),
        ([on("A3", "2026-02-04", withdrawn="2026-02-20"), on("A3", "2026-03-01")], "cosponsor",
         "not a co-sponsor of H.R. 1 yet"),
    ],
    ids=["listed twice", "came back", "left twice", "somebody else"],
)  # fmt: skip
def test_days_are_the_first_of_who_is_on_and_the_last_of_who_left(
    congress: Engine, rows: list[CosponsorRow], code: str, reason: str
) -> None:
    add_bill(congress, "hr1-119", *rows, proposal="armas")
    ask = asked(congress, "A2", "hr1-119")
    assert (ask.code, ask.reason("en")) == (code, reason)
    assert ask.as_of == READ.date()


def test_what_was_read_in_the_evening_is_dated_with_washingtons_day(congress: Engine) -> None:
    evening = datetime(2026, 6, 2, 1, 30, tzinfo=UTC)
    add_bill(congress, "hr1-119", proposal="armas", read_at=evening, updated=evening)
    assert asked(congress, "A2", "hr1-119").as_of == date(2026, 6, 1)


def refer(engine: Engine) -> None:
    seat(engine)
    add_bill(engine, "hr1-119", proposal="armas", committees=["HSFA", "HSFA14", "HSAP"])
    add_bill(engine, "hr2-119", proposal="cartels")


@pytest.fixture
def referred(engine: Engine) -> Engine:
    return filled_by(refer, engine)


@pytest.mark.parametrize(
    ("short", "code", "reason"),
    [
        ("A1", "committee_chair", "not a co-sponsor yet; chairs the Committee HSFA, which has H.R. 1"),
        ("A2", "committee", "not a co-sponsor yet; sits on the Committee HSAP, which has H.R. 1"),
        ("A3", "committee", "not a co-sponsor yet; sits on the Committee HSAP, which has H.R. 1"),
    ],
)
def test_of_several_committees_the_one_a_member_chairs_is_named(
    referred: Engine, short: str, code: str, reason: str
) -> None:
    """A3 chairs a subcommittee, which counts for nothing: only full committees of referral do."""
    ask = asked(referred, short, "hr1-119")
    assert (ask.code, ask.reason("en")) == (code, reason)
    assert asked(referred, short, "hr2-119").code == "cosponsor"


def test_thanks_in_passing_are_for_another_proposals_bill_never_for_this_one(congress: Engine) -> None:
    add_bill(congress, "hr1-119", on("A1"), on("A2"), proposal="armas")
    assert asked(congress, "A1", "hr1-119").sister is None
    add_bill(congress, "hr2-119", on("A2"), on("A3"), proposal="cartels")
    shorts = "A1", "A2", "A3"
    found = {
        short: ask.sister
        for short, ask in zip(shorts, asks_of(congress, shorts, "hr1-119"), strict=True)
        if ask
    }
    assert len(found) == 3
    assert {short: (str(sister[0]), sister[1].slug) for short, sister in found.items() if sister} == {
        "A2": ("hr2-119", "cartels"),
        "A3": ("hr2-119", "cartels"),
    }


JANUARY_2027 = datetime(2027, 1, 4, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bills", "short", "named"),
    [
        (["hr5-118", "hr1-119", "s1-119"], "A2", "hr1-119"),
        (["hr5-118", "hr1-119", "s1-119"], "A5", "s1-119"),
        (["hr5-118", "s1-119"], "A2", "hr5-118"),
        (["hr5-118", "hr1-119"], "A5", "hr1-119"),
        (["hr5-119", "hr1-119"], "A2", "hr5-119"),
    ],
    ids=["own chamber", "own chamber of a senator", "older but own", "newest of the other", "later number"],
)
def test_the_next_congress_is_asked_for_by_the_last_bill_a_member_knows(
    congress: Engine, bills: list[str], short: str, named: str
) -> None:
    for bill in bills:
        add_bill(congress, bill, on("A2"), proposal="armas")
    ask = asked(congress, short, bills[0], now=JANUARY_2027)
    assert (ask.code, str(ask.bill), ask.as_of) == ("next_congress", named, None)
    newest = names.earlier_bill(ask.situation.earlier.bill, 120, "house", "en") if ask.situation.earlier else ""
    was_on = f"co-sponsored {newest}, which has expired"
    ended = f"{BillId.of(named).short} expired with the"
    assert ask.reason("en").startswith(was_on if short == "A2" else ended)


def test_a_bill_of_no_proposal_is_asked_for_by_itself(congress: Engine) -> None:
    add_bill(congress, "hr2-119", on("A2"), proposal="cartels")
    bill = add_bill(congress, "hr5-119", title="Lone Act", official_title="")
    ask = asked(congress, "A2", str(bill))
    assert (ask.code, ask.bill, ask.sister) == ("cosponsor", bill, None)
    assert (ask.matter.slug, ask.matter.campaign) == ("", "")
    assert [ask.matter.name(lang) for lang in ("en", "es")] == ["Lone Act", "Lone Act"]
    later = asked(congress, "A2", str(bill), now=JANUARY_2027)
    assert (later.code, later.bill, later.as_of) == ("next_congress", bill, None)
    with pytest.raises(Refused) as refused:
        ask_of(congress, "A2", "hr404-119")
    assert refused.value.status == 404


def test_the_proposal_asked_about_is_the_one_the_bill_belongs_to(congress: Engine) -> None:
    add_bill(congress, "hr1-119", proposal="armas")
    add_bill(congress, "hr2-119", proposal="cartels")
    for bill, slug in (("hr1-119", "armas"), ("hr2-119", "cartels")):
        ask = asked(congress, "A2", bill)
        assert (str(ask.bill), ask.matter.slug, ask.matter.campaign) == (bill, slug, "guns")
    assert [ask.matter.name(lang) for lang in ("en", "es")] == ["cartels Act", "Ley cartels"]


def begin_two_campaigns(engine: Engine) -> None:
    add_bill(engine, "hr1-119", proposal="armas")
    add_bill(engine, "hr2-119", proposal="oceans", campaign="sea")


@pytest.mark.parametrize("state", campaigns.STATES)
def test_a_silent_campaign_asks_for_nothing_unless_it_is_named(engine: Engine, state: str) -> None:
    filled_by(begin_two_campaigns, engine)
    with db.writing(engine) as session:
        campaigns.set_state(session, "sea", state, by="ana@example.org", now=NOW)
    with db.reading(engine) as session:
        every = asks.campaign_asks(session, now=NOW)
        named = asks.campaign_asks(session, now=NOW, campaign="sea")
    heard = ["armas"] if state in ("draft", "paused", "archived") else ["armas", "oceans"]
    assert [matter.slug for matter in every.matters] == heard
    assert [matter.slug for matter in named.matters] == ["oceans"]


def test_bills_of_this_congress_and_of_earlier_ones_are_told_apart(congress: Engine) -> None:
    for bill in ("hr9-117", "hr5-118", "s5-118", "hr1-119", "s1-119"):
        add_bill(congress, bill, proposal="armas")
    with db.reading(congress) as session:
        matter = asks.campaign_asks(session, now=NOW).matters[0]
    assert [str(record.id) for record in matter.living] == ["hr1-119", "s1-119"]
    assert [bill.id for bill in matter.earlier] == ["hr5-118", "s5-118", "hr9-117"]


def test_a_bill_without_a_day_of_introduction_is_named_without_a_year(congress: Engine) -> None:
    bill = add_bill(congress, "hr1-119", proposal="armas")
    with db.writing(congress) as session:
        session.get_one(Bill, str(bill)).introduced = None
    assert asked(congress, "A2", str(bill)).reason("en") == "not a co-sponsor of H.R. 1 yet"


def test_published_wordings_go_with_their_campaign_and_with_no_lone_bill(congress: Engine) -> None:
    add_bill(congress, "hr1-119", proposal="armas")
    add_bill(congress, "hr5-119")
    text = {"text_en": "Hello [member].", "text_es": "Hola [member]."}
    with db.writing(congress) as session:
        session.add(
            TextVersion(
                campaign="guns",
                kind=published.WORDING,
                key="cosponsor-call",
                content=text,
                by="ana@example.org",
                at=NOW,
                published_at=NOW,
            )
        )
    assert asked(congress, "A2", "hr5-119").matter.wordings == {}
    assert asked(congress, "A2", "hr1-119").matter.wordings == {
        ("cosponsor", "call", "en"): "Hello [member].",
        ("cosponsor", "call", "es"): "Hola [member].",
    }


def test_ten_proposals_are_read_with_few_queries_more_than_one(congress: Engine) -> None:
    """One query a proposal for its bills; records, seats and earlier co-sponsors are read together."""
    add_bill(congress, "hr1-119", on("A1"), proposal="armas", committees=["HSFA"])
    counts = []
    for more in (0, 9):
        for n in range(more):
            add_bill(congress, f"hr{n + 10}-119", on("A2"), proposal=f"more{n}", committees=["HSFA"])
        with counted(congress) as sent, db.reading(congress) as session:
            asks.campaign_asks(session, now=NOW)
            counts.append(sent())
    assert counts[1] == counts[0] + 9
