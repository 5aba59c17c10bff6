"""Members, seats, offices and committees: what they answer, and what no file can make them forget."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from filled import filled_by
from legislator_files import FOREIGN_AFFAIRS, JUNE, MOST, NOW, crowd, files, office, rep, sen
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db, doctor
from campaign.congress import data_sets, members, roster
from campaign.congress.bills import BillId
from campaign.congress.legislators import FILES, MemberFiles, party_letter
from campaign.congress.members import Person
from campaign.congress.models import CommitteeSeat, Member, Tenure
from campaign.congress.observation import CosponsorRow, PersonRow
from campaign.fetch import Fetcher
from campaign.refusals import SourceError
from campaign.settings import Settings

CASTRO = rep("C001091", "TX-20", "Castro", "Joaquin", name={"official_full": "Joaquin Castro"}, gender="M")


def load(engine: Engine, files: MemberFiles, now: datetime, as_of: date = JUNE) -> dict[str, int]:
    with db.writing(engine) as session:
        return roster.import_members(session, files, as_of=as_of, now=now)


def with_castro(engine: Engine) -> None:
    load(engine, files([CASTRO]), NOW)


def person(engine: Engine, bioguide: str, now: datetime = NOW) -> Person:
    with db.reading(engine) as session:
        found = members.person(session, bioguide, now=now)
    assert found is not None
    return found


def problem(engine: Engine, name: str) -> str:
    with db.reading(engine) as session:
        state = members.data_state(session, name)
    assert state is not None
    return state.problem


# --- who they are ---

WHO = [
    (CASTRO, "Joaquin Castro", "D", "TX-20", "representative", True),
    (rep("A000001", "WY-0", "Ride", party="Republican"), "Ana Ride", "R", "WY-0", "representative", True),
    (rep("A000002", "DC-0", "Norton"), "Ana Norton", "D", "DC-0", "delegate", False),
    (rep("A000003", "PR-0", "Hernández"), "Ana Hernández", "D", "PR-0", "resident_commissioner", False),
    (rep("A000004", "GU-0", "Moylan", party="Republican"), "Ana Moylan", "R", "GU-0", "delegate", False),
    (
        sen("A000005", "NM", "Luján", 2, name={"official_full": "Ben Ray Luján"}),
        "Ben Ray Luján",
        "D",
        "NM",
        "senator",
        True,
    ),
    (sen("A000006", "ME", "King", 1, party="Independent"), "Ana King", "I", "ME", "senator", True),
    (
        rep("A000007", "GA-4", "Johnson", "Henry", name={"nickname": "Hank"}),
        "Hank Johnson",
        "D",
        "GA-4",
        "representative",
        True,
    ),
]


def test_persons_as_scripts_need_them(engine: Engine, now: datetime) -> None:
    load(engine, files(row[0] for row in WHO), now)
    with db.reading(engine) as session:
        found = members.people(session, now=NOW)
    shown = [
        (one.name, one.party, one.seat, one.office, one.voting)
        for one in (found[row[0]["id"]["bioguide"]] for row in WHO)
    ]
    assert shown == [row[1:] for row in WHO]


def test_gender_class_and_district_come_along(engine: Engine, now: datetime) -> None:
    load(engine, files([CASTRO, sen("A000005", "NM", "Luján", 2)]), now)
    castro, lujan = person(engine, "C001091"), person(engine, "A000005")
    assert (castro.gender, castro.district, castro.senate_class) == ("M", 20, None)
    assert (lujan.gender, lujan.district, lujan.senate_class) == ("F", None, 2)


@pytest.mark.parametrize(
    ("party", "letter"),
    [
        ("Democrat", "D"),
        ("Republican", "R"),
        ("Independent", "I"),
        ("L", "L"),
        ("New Progressive", "NP"),
    ],
)
def test_33_parties_as_letters(party: str, letter: str) -> None:
    assert party_letter(party) == letter


def test_senators_by_class_and_a_half_empty_state_is_vacant(engine: Engine, now: datetime) -> None:
    people = [
        sen("A000001", "TX", "Cornyn", 2),
        sen("A000002", "TX", "Cruz", 1),
        sen("A000003", "FL", "Scott", 1),
    ]
    load(engine, files(people), now)
    with db.reading(engine) as session:
        assert [one.last for one in members.senators(session, "TX", now=NOW)] == ["Cruz", "Cornyn"]
        assert members.senators(session, "DC", now=NOW) == []
        assert members.vacancies(session, "senate", now=NOW) == ["FL"]


def test_a_person_stands_as_at_the_moment_asked_for(engine: Engine, now: datetime) -> None:
    before = {"type": "rep", "start": "2023-01-03", "end": "2024-12-08", "state": "NJ", "district": 3}
    kim = sen("K000394", "NJ", "Kim", 2, earlier=[{**before, "party": "Democrat"}])
    load(engine, files([kim]), now)
    with db.reading(engine) as session:
        in_may, in_december = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 12, 20, tzinfo=UTC)
        then = members.people(session, ["K000394"], now=in_may)["K000394"]
        between = members.people(session, ["K000394"], now=in_december)["K000394"]
        everyone = members.people(session, now=in_may)
    assert (then.seat, then.office, then.standing) == ("NJ-3", "representative", "sitting")
    assert (between.seat, between.sitting, between.voting) == ("NJ-3", False, False)
    assert set(everyone) == {"K000394"}
    assert person(engine, "K000394").seat == "NJ"


# --- terms: who sits when ---

NOON = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(engine: Engine, moment: datetime) -> dict[str, str]:
    with db.reading(engine) as session:
        return {one.bioguide: one.seat or "" for one in members.people(session, now=moment).values()}


def test_a_term_ends_at_noon_whatever_the_list_says(engine: Engine, now: datetime) -> None:
    load(engine, MemberFiles(current=[CASTRO, sen("A000005", "NM", "Luján", 2)]), now)
    assert told(engine, NOON - MINUTE) == {"C001091": "TX-20", "A000005": "NM"}
    assert told(engine, NOON) == {"A000005": "NM"}
    with db.reading(engine) as session:
        castro = members.person(session, "C001091", now=NOON)
        assert members.holders(session, "TX-20", now=NOON) == []
        # Nobody has said who sits now: that is no vacancy.
        assert not members.is_current(session, now=NOON)
        assert members.vacancies(session, now=NOON) == []
        assert members.vacant_since(session, "TX-20", now=NOON) is None
    assert castro is not None
    assert (castro.standing, castro.voting, castro.seat) == ("waiting", False, "TX-20")


NEXT = {"start": "2027-01-03", "end": "2029-01-03"}


def test_a_list_that_comes_early_seats_nobody_before_their_term(engine: Engine, now: datetime) -> None:
    old = files([CASTRO, rep("D000399", "TX-37", "Doggett")])
    load(engine, old, now)
    ours = {key: value for key, value in CASTRO["terms"][0].items() if key not in ("phone", "url")}
    again = {**CASTRO, "terms": [CASTRO["terms"][0], {**ours, **NEXT}]}
    early = files([again, rep("C001131", "TX-37", "Casar", **NEXT)])
    load(engine, early, NOON - timedelta(hours=4), as_of=date(2027, 1, 3))
    before, after = told(engine, NOON - MINUTE), told(engine, NOON)
    assert (before["C001091"], before["D000399"]) == ("TX-20", "TX-37")
    assert "C001131" not in before
    assert (after["C001091"], after["C001131"]) == ("TX-20", "TX-37")
    assert "D000399" not in after
    with db.reading(engine) as session:
        elect = members.person(session, "C001131", now=NOON - MINUTE)
        assert members.offices(session, "D000399") != []
        assert members.vacancies(session, now=NOON - MINUTE) == []
        # The thirty of the crowd were not elected again: the list of the new Congress says so.
        assert len(members.vacancies(session, now=NOON)) == 30
        assert members.vacant_since(session, "CA-1", now=NOON) is None
    assert elect is not None
    assert (elect.standing, elect.voting) == ("waiting", False)
    load(engine, early, NOON + timedelta(hours=4), as_of=date(2027, 1, 3))
    assert person(engine, "D000399", NOON + timedelta(hours=4)).standing == "departed"


APPOINTED = {"start": "2025-01-21", "end": "2026-11-03", "how": "appointment", "end-type": "special-election"}


def test_an_appointed_senator_sits_until_the_source_names_a_successor(engine: Engine, now: datetime) -> None:
    load(engine, files([sen("H001104", "OH", "Husted", 3, **APPOINTED)]), now)
    after = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert told(engine, after)["H001104"] == "OH"
    assert "H001104" not in told(engine, NOON)
    later = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    load(engine, files([sen("B000944", "OH", "Brown", 3, start="2026-11-24")]), later, as_of=date(2026, 12, 1))
    assert told(engine, later)["B000944"] == "OH"
    assert "H001104" not in told(engine, later)


def test_a_new_term_after_a_provisional_end_is_one_person(engine: Engine, now: datetime) -> None:
    appointed = {"type": "sen", "state": "OH", "class": 3, "party": "Republican", **APPOINTED}
    husted = sen("H001104", "OH", "Husted", 3, start="2026-11-24", end="2029-01-03", earlier=[appointed])
    load(engine, files([husted]), now)
    with db.reading(engine) as session:
        for moment in (datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)):
            assert len(members.holders(session, "OH", now=moment)) in (0, 1)
        assert [one.last for one in members.holders(session, "OH", now=NOON)] == ["Husted"]


def test_the_resident_commissioner_serves_four_years(engine: Engine, now: datetime) -> None:
    """48 U.S.C. 891; the source ends the term of 2025 after two."""
    load(engine, files([rep("H001103", "PR-0", "Hernández"), rep("N000147", "DC-0", "Norton")]), now)
    assert "H001103" in told(engine, NOON)
    assert "N000147" not in told(engine, NOON)
    assert "H001103" not in told(engine, datetime(2029, 1, 3, 17, 0, tzinfo=UTC))


def former(bioguide: str, seat: str, end: str) -> dict[str, Any]:
    return rep(bioguide, seat, "Former", start=f"{int(end[:4]) - 1}-01-03", end=end)


@pytest.mark.parametrize(
    ("end", "since"), [("2026-04-22", date(2026, 4, 22)), ("2025-01-03", None), ("2013-01-03", None)]
)
def test_a_vacancy_is_dated_by_a_term_of_this_congress_alone(
    engine: Engine, now: datetime, end: str, since: date | None
) -> None:
    load(engine, files([CASTRO]), now)
    with db.writing(engine) as session:
        roster.ensure_seats(session, ["FL-20"])
        session.add(Member(bioguide="F000001", standing="departed", seat="FL-20"))
        session.flush()
        last = former("F000001", "FL-20", end)
        roster.import_members(session, MemberFiles(historical=[last]), as_of=JUNE, now=now)
        assert members.vacancies(session, now=now) == ["FL-20"]
        assert members.vacant_since(session, "FL-20", now=now) == since


# --- the party of a day ---

KILEY = [
    {"start": "2025-01-03", "end": "2026-03-08", "party": "Republican"},
    {"start": "2026-03-09", "end": "2027-01-03", "party": "Independent", "caucus": "Republican"},
]
# The source also writes one day twice, and what began before the term.
MANCHIN = [
    {"start": "2024-01-01", "end": "2025-05-31", "party": "Democrat"},
    {"start": "2025-05-31", "end": "2027-01-03", "party": "Independent"},
    {"start": "2027-05-31", "party": "Republican"},
    {"start": "soon", "party": "Libertarian"},
]


@pytest.mark.parametrize(
    ("affiliations", "day", "party"),
    [
        (KILEY, "2025-06-01", "R"),
        (KILEY, "2026-03-08", "R"),
        (KILEY, "2026-03-09", "I"),
        (MANCHIN, "2025-01-03", "D"),
        (MANCHIN, "2025-05-30", "D"),
        (MANCHIN, "2025-05-31", "I"),
        ([], "2025-06-01", "I"),
        ("none", "2025-06-01", "I"),
    ],
)
def test_the_party_is_that_of_the_day(
    engine: Engine, now: datetime, affiliations: Any, day: str, party: str
) -> None:
    kiley = rep("K000401", "CA-3", "Kiley", party="Independent", party_affiliations=affiliations)
    load(engine, MemberFiles(current=[kiley]), now)
    moment = datetime.fromisoformat(f"{day}T20:00:00+00:00")
    found = person(engine, "K000401", moment)
    assert (found.party, found.seat, found.standing) == (party, "CA-3", "sitting")


# --- a source that comes back poorer ---

LATER = datetime(2027, 1, 4, 10, 0, tzinfo=UTC)


def again(one: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A member with the term of the next Congress as the source first writes it: nothing but the seat."""
    first = one["terms"][0]
    bare = {key: first[key] for key in ("type", "state", "district", "party") if key in first}
    return {**one, "terms": [first, {**bare, **NEXT, **more}]}


def test_a_list_without_telephones_keeps_the_known_ones(engine: Engine, now: datetime) -> None:
    """2025-01-03 22:21: 472 of 539 members without telephone and office, for a day."""
    known = rep("C001091", "TX-20", "Castro", office="2241 Rayburn", url="https://castro.house.gov")
    load(engine, files([known]), now)
    new = rep("A000001", "TX-18", "Menefee", phone="", **NEXT)
    poor = MemberFiles(current=[again(known, phone="", office=None), new, *map(again, crowd())])
    load(engine, poor, LATER, as_of=LATER.date())
    with db.reading(engine) as session:
        washington = members.offices(session, "C001091")[0]
        theirs = members.offices(session, "A000001")[0]
        castro = members.person(session, "C001091", now=LATER)
    assert (washington.phone, washington.address) == ("202-225-0000", "2241 Rayburn")
    assert (theirs.phone, theirs.address) == ("", "")
    assert castro is not None
    assert castro.url == "https://castro.house.gov"
    assert problem(engine, "washington") == (
        "31 members without telephone or office there; what was known on 2026-06-15 is kept"
    )
    whole = MemberFiles(current=[again(one, phone="202-225-9999", office="1") for one in (known, *crowd())])
    load(engine, whole, LATER + timedelta(days=1), as_of=date(2027, 1, 5))
    with db.reading(engine) as session:
        assert members.offices(session, "C001091")[0].phone == "202-225-9999"
        state = members.data_state(session, "washington")
    assert state is not None
    assert (state.problem, state.as_of) == ("", date(2027, 1, 5))


def test_who_moves_to_the_other_chamber_takes_no_telephone_along(engine: Engine, now: datetime) -> None:
    kim = rep("K000394", "NJ-3", "Kim", url="https://kim.house.gov")
    load(engine, files([kim], offices=[office("K000394", "Willingboro")]), now)
    moved = sen("K000394", "NJ", "Kim", 2, start="2026-06-18", earlier=kim["terms"])
    load(engine, files([moved]), now, as_of=date(2026, 6, 19))
    with db.reading(engine) as session:
        assert [(one.kind, one.zip, one.phone) for one in members.offices(session, "K000394")] == [
            ("washington", "20510", "")
        ]
    assert person(engine, "K000394").url == ""


def test_offices_that_a_file_lacks_are_kept_member_by_member(engine: Engine, now: datetime) -> None:
    many = [office(bioguide, "Fresno") for bioguide in MOST]
    both = office("C001091", "Austin")
    both["offices"].append({**both["offices"][0], "id": "C001091-laredo", "city": "Laredo"})
    load(engine, files([CASTRO], offices=[*many, both]), now)
    one_gone = office("C001091", "Austin", phone="")
    load(engine, MemberFiles(offices=[*many[1:], one_gone]), now, as_of=date(2026, 6, 18))
    with db.reading(engine) as session:
        kept = members.offices(session, MOST[0])
        castros = members.offices(session, "C001091")
    assert [one.city for one in kept] == ["Washington", "Fresno"]
    # An office that is gone while another is there was closed; a telephone left out is kept.
    assert [(one.city, one.phone) for one in castros[1:]] == [("Austin", "210-348-8216")]
    assert problem(engine, "offices") == (
        "2 members without an office or telephone; what was known on 2026-06-15 is kept"
    )


def committee(code: str) -> dict[str, Any]:
    return {"type": "house", "name": code, "thomas_id": code}


def on_committee(*bioguides: str) -> list[dict[str, Any]]:
    return [{"bioguide": one, "party": "majority", "rank": rank} for rank, one in enumerate(bioguides, 1)]


BEFORE = {"HSFA": MOST[:10], "HSJU": MOST[10:20]}


def with_two_committees(engine: Engine) -> None:
    both = [committee("HSFA"), committee("HSJU")]
    known = {code: on_committee(*ids) for code, ids in BEFORE.items()}
    load(engine, files([], committees=both, memberships=known), NOW)


@pytest.mark.parametrize(
    ("listed", "seats", "note"),
    [
        ({"HSFA": MOST[:10], "HSJU": MOST[10:20]}, (10, 10), ""),
        # The list fills: one committee is there, the other is not yet.
        (
            {"HSFA": MOST[:6]},
            (6, 10),
            "1 committees less than half listed; what was known on 2026-06-15 is kept",
        ),
        ({"HSFA": MOST[:4], "HSJU": MOST[10:20]}, (10, 10), "1 committees less than half listed;"),
        ({"HSFA": MOST[:4]}, (10, 10), "not yet published: 4 rows where 20 are known"),
        ({}, (10, 10), "not yet published: 0 rows where 20 are known"),
        # A full list that lacks a committee: it was dissolved.
        ({"HSFA": MOST[:19]}, (19, 0), ""),
    ],
)
def test_committees_that_a_list_lacks_are_kept_one_by_one(
    engine: Engine, now: datetime, listed: dict[str, list[str]], seats: tuple[int, int], note: str
) -> None:
    filled_by(with_two_committees, engine)
    rows = {code: on_committee(*ids) for code, ids in listed.items()}
    load(engine, MemberFiles(memberships=rows), now, as_of=date(2026, 6, 18))
    with db.reading(engine) as session:
        held = Counter(session.exec(select(CommitteeSeat.committee)))
    assert (held["HSFA"], held["HSJU"]) == seats
    assert problem(engine, "memberships").startswith(note)
    assert bool(problem(engine, "memberships")) == bool(note)


JANUARY = datetime(2027, 1, 17, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("listed", "day", "chair"),
    [
        # Empty from the first day on, and already some days before it.
        ({}, date(2027, 1, 3), None),
        ({}, date(2026, 12, 27), None),
        # The file of the last Congress, read once more on the first day of the new one.
        (BEFORE, date(2027, 1, 4), None),
        # A first committee, another chair, however few rows there are.
        ({"HSFA": MOST[5:8]}, date(2027, 1, 17), MOST[5]),
        # As full as before, with another chair.
        ({"HSFA": MOST[1:11], "HSJU": MOST[10:20]}, date(2027, 4, 4), MOST[1]),
    ],
)
def test_committee_seats_end_with_their_congress(
    engine: Engine, now: datetime, listed: dict[str, list[str]], day: date, chair: str | None
) -> None:
    """In January 2025 the file held 0 rows on the 3rd, 445 of 3,870 on the 17th and 3,817 on 4 April."""
    filled_by(with_two_committees, engine)
    rows = {code: on_committee(*ids) for code, ids in listed.items()}
    load(engine, MemberFiles(memberships=rows), JANUARY, as_of=day)
    with db.reading(engine) as session:
        seats = {
            seat.bioguide: seat.rank
            for seat in session.exec(select(CommitteeSeat).where(CommitteeSeat.congress == 120))
            if seat.committee == "HSFA"
        }
        of_old_leader = members.committees_of(session, MOST[0], now=JANUARY)
    assert (min(seats, key=lambda one: seats[one] or 0) if seats else None) == chair
    assert set(seats) == set(listed.get("HSFA", ())) if chair else not seats
    assert of_old_leader == []


def test_a_file_of_the_last_congress_is_known_though_some_in_it_have_left(engine: Engine) -> None:
    """Who sits is listed on 3 January; the file of committees is emptied some days later."""
    filled_by(with_two_committees, engine)
    old = {code: on_committee(*ids) for code, ids in BEFORE.items()}
    again = MemberFiles(current=crowd()[1:], memberships=old)
    load(engine, again, JANUARY, as_of=date(2027, 1, 4))
    load(engine, again, JANUARY, as_of=date(2027, 1, 5))
    with db.reading(engine) as session:
        assert MOST[0] not in data_sets.listed(session)
        assert set(session.exec(select(CommitteeSeat.congress))) == {119}
        assert members.committees_of(session, MOST[1], now=JANUARY) == []


# --- impossible coordinates ---


@pytest.mark.parametrize(
    ("state", "latitude", "longitude", "known"),
    [
        ("IL", 41.5080197, -90.5783808, True),
        ("IL", 441.5080197, -90.5783808, False),
        ("IL", -90.5783808, 41.5080197, False),
        ("TX", 0, 0, False),
        ("TX", 29.4, 98.5, False),
        ("TX", 29.4, -98.5, True),
        # An office some kilometres beyond the line is a coarse point; one in another state is a mistake.
        ("RI", 42.3, -71.4, True),
        ("RI", 44.0, -71.4, False),
        ("AK", 58.3, -134.4, True),
        ("GU", 13.5, 144.8, True),
        ("", 29.4, -98.5, True),
        ("", 91, 10, False),
        ("TX", "nan", -98.5, None),
        ("TX", "north", -98.5, None),
        ("TX", None, None, None),
    ],
)
def test_coordinates_that_cannot_be_are_left_out(
    engine: Engine, now: datetime, state: str, latitude: Any, longitude: Any, known: bool | None
) -> None:
    place = office("C001091", "Austin")
    place["offices"][0].update(state=state, latitude=latitude, longitude=longitude)
    load(engine, MemberFiles(current=[CASTRO], offices=[place]), now)
    with db.reading(engine) as session:
        stored = members.offices(session, "C001091")[1]
    assert stored.phone == "210-348-8216"
    assert bool(stored.misplaced) == (known is False)
    if known:
        assert (stored.latitude, stored.longitude) == (latitude, longitude)
    else:
        assert stored.latitude is None or stored.longitude is None


def test_washington_first_then_offices_by_city(engine: Engine, now: datetime) -> None:
    # A district office in Washington, Pennsylvania, has the id that the capital's would want.
    offices = [office("C001091", "Washington"), office("C001091", "Austin", phone="")]
    load(engine, files([CASTRO], offices=offices), now)
    with db.reading(engine) as session:
        found = members.offices(session, "C001091")
    assert [(one.kind, one.city) for one in found] == [
        ("washington", "Washington"),
        ("district", "Austin"),
        ("district", "Washington"),
    ]


def test_committees_with_chair_and_ranking_member(engine: Engine, now: datetime) -> None:
    memberships = {
        "HSFA": [
            {"bioguide": "C001091", "party": "minority", "rank": 1, "title": "Ranking Member"},
            {"bioguide": "A000002", "party": "majority", "rank": 2, "title": "Vice Chair"},
            {"bioguide": "A000001", "party": "majority", "rank": 1, "title": "Chairman"},
            {"bioguide": "A000001", "party": "majority", "rank": 9},
            {"bioguide": "Z999999", "party": "majority", "rank": 3},
        ],
        "HSFA07": [{"bioguide": "C001091", "party": "minority", "rank": 1}],
        "HSXX": [{"bioguide": "C001091", "party": "minority", "rank": 1}],
    }
    people = [CASTRO, rep("A000001", "FL-21", "Mast"), rep("A000002", "TX-10", "McCaul")]
    load(engine, files(people, committees=[FOREIGN_AFFAIRS], memberships=memberships), now)
    with db.reading(engine) as session:
        seats = session.exec(select(CommitteeSeat).where(CommitteeSeat.committee == "HSFA"))
        assert {(seat.bioguide, seat.side, seat.rank, seat.role) for seat in seats} == {
            ("A000001", "majority", 1, "chair"),
            ("A000002", "majority", 2, "vice_chair"),
            ("C001091", "minority", 1, "ranking"),
        }
        assert [committee.id for committee, _ in members.committees_of(session, "C001091", now=now)] == [
            "HSFA",
            "HSFA07",
        ]


def test_doctor_names_impossible_places_and_shared_telephones(engine: Engine, now: datetime) -> None:
    moline, austin = (
        office("A000001", "Moline", phone="517-993-0510"),
        office("C001091", "Austin", "(517) 993-0510"),
    )
    moline["offices"][0].update(state="IL", latitude=441.5080197, longitude=-90.5783808)
    austin["offices"].append({**austin["offices"][0], "id": "C001091-laredo", "phone": "956-723-0001"})
    austin["offices"].append({**austin["offices"][0], "id": "C001091-hidalgo", "phone": "956-723-0001"})
    load(
        engine, MemberFiles(current=[CASTRO, sen("A000001", "IL", "Slotkin", 2)], offices=[moline, austin]), now
    )
    found = {one.about: one for one in doctor.examine(engine, Settings(), now=now)}
    assert found["office A000001-moline"].text == (
        "the source places it at 441.5080197, -90.5783808, which cannot be; its distance is not used"
    )
    assert found["telephone 5179930510"].text == (
        "the source gives this number for A000001 and C001091; one of them may be wrong"
    )
    assert {about for about in found if about.startswith(("office", "telephone"))} == {
        "office A000001-moline",
        "telephone 5179930510",
    }


# --- who has gone ---


def test_who_is_no_longer_listed_has_departed_and_is_kept(engine: Engine, now: datetime) -> None:
    seated = {"committees": [FOREIGN_AFFAIRS], "memberships": {"HSFA": [{"bioguide": "C001091"}]}}
    load(engine, files([CASTRO], offices=[office("C001091", "San Antonio")], **seated), now)
    load(engine, files([]), now, as_of=NOW.date())
    with db.reading(engine) as session:
        assert members.vacancies(session, "house", now=NOW) == ["TX-20"]
        assert members.holders(session, "TX-20", now=NOW) == []
        assert members.offices(session, "C001091") == []
        assert session.exec(select(CommitteeSeat)).all() == []
        assert members.vacant_since(session, "TX-20", now=NOW) is None
        assert "C001091" not in members.people(session, now=NOW)
    gone = person(engine, "C001091")
    assert (gone.standing, gone.seat, gone.voting) == ("departed", "TX-20", False)


def test_the_list_of_former_members_tells_since_when_a_seat_is_empty(engine: Engine, now: datetime) -> None:
    filled_by(with_castro, engine)
    left = rep("C001091", "TX-20", "Castro", end="2026-06-20")
    long_gone = rep("O000001", "TX-1", "Old", start="1991-01-03", end="1993-01-03")
    load(engine, files([], historical=[left, long_gone]), now, as_of=date(2026, 7, 1))
    with db.reading(engine) as session:
        assert members.vacant_since(session, "TX-20", now=NOW) == date(2026, 6, 20)
        assert members.person(session, "O000001", now=NOW) is None
    assert person(engine, "C001091").standing == "departed"


def test_who_comes_back_sits_again(engine: Engine, now: datetime) -> None:
    filled_by(with_castro, engine)
    load(engine, files([]), now)
    load(engine, files([CASTRO]), now)
    assert person(engine, "C001091").standing == "sitting"
    with db.reading(engine) as session:
        assert not session.exec(select(Tenure).where(Tenure.approximate)).all()


@pytest.mark.parametrize(
    "broken",
    [
        {**CASTRO, "terms": []},
        {**CASTRO, "terms": [{"type": "king", "start": "2025-01-03"}]},
        {**CASTRO, "name": {}},
        {"id": {}, "name": {"last": "Castro"}},
        "Castro",
    ],
)
def test_an_unreadable_row_sends_nobody_away(engine: Engine, now: datetime, broken: Any) -> None:
    filled_by(with_castro, engine)
    load(engine, files([broken]), now)
    assert person(engine, "C001091").standing == "sitting"
    assert "could not be read" in problem(engine, "members")


# --- January ---

GAPS = [
    ("memberships", MemberFiles(memberships={})),
    ("memberships", MemberFiles(memberships=[])),
    ("offices", MemberFiles(offices=[])),
    ("committees", MemberFiles(committees=[])),
    ("members", MemberFiles(current=[])),
    ("members", MemberFiles(current={"message": "moved"})),
    ("members", MemberFiles(current=[{**row, "id": {}} for row in crowd()])),
    ("members", MemberFiles(current=crowd()[:26])),
]


def everything() -> MemberFiles:
    seats = {"HSFA": [{"bioguide": bioguide, "party": "majority"} for bioguide in MOST]}
    offices = [office("C001091", "Austin")]
    return files([CASTRO], committees=[FOREIGN_AFFAIRS], memberships=seats, offices=offices)


def with_everything(engine: Engine) -> None:
    load(engine, everything(), NOW)


@pytest.mark.parametrize(("name", "gap"), GAPS)
def test_a_gap_of_january_keeps_what_is_known(
    engine: Engine, now: datetime, name: str, gap: MemberFiles
) -> None:
    filled_by(with_everything, engine)
    load(engine, gap, now + timedelta(days=202), as_of=date(2027, 1, 4))
    with db.reading(engine) as session:
        assert len(members.people(session, now=NOW)) == 31
        assert len(session.exec(select(CommitteeSeat)).all()) == 30
        assert len(members.offices(session, "C001091")) == 2
        state = members.data_state(session, name)
    assert state is not None
    assert (state.as_of, state.problem[:17]) == (JUNE, "not yet published")
    load(engine, everything(), now + timedelta(days=230), as_of=date(2027, 2, 1))
    assert problem(engine, name) == ""


def test_a_first_list_may_be_small(engine: Engine, now: datetime) -> None:
    assert load(engine, MemberFiles(current=[CASTRO]), now)["members"] == 1


# --- whom only a bill names ---

ROW = {
    "bioguide": "N000999",
    "full_name": "Rep. Núñez, Eva [D-TX-18]",
    "first_name": "Eva",
    "last_name": "Núñez",
}
NAMED = [
    ("hr6736-119", date(2026, 6, 1), "unlisted"),
    ("hr6736-119", date(2026, 4, 20), "unlisted"),
    ("hr6736-119", date(2025, 12, 16), "departed"),
    ("hr6618-118", date(2023, 12, 6), "departed"),
]


def name_on_bill(engine: Engine, bill: str, now: datetime, joined: date | None) -> None:
    row = {**ROW, "party": "D", "state": "TX", "district": "18"}
    named = CosponsorRow(**row, joined=joined) if joined else PersonRow(**row)
    with db.writing(engine) as session:
        members.store_named(session, [named], bill=BillId.of(bill), now=now)


@pytest.mark.parametrize(("bill", "joined", "standing"), NAMED)
def test_30_a_person_no_list_knows_is_kept_from_the_row(
    engine: Engine, now: datetime, bill: str, joined: date, standing: str
) -> None:
    load(engine, MemberFiles(current=[CASTRO]), now)
    name_on_bill(engine, bill, now, joined)
    found = person(engine, "N000999")
    assert (found.name, found.party, found.seat) == ("Eva Núñez", "D", "TX-18")
    assert (found.standing, found.voting) == (standing, standing == "unlisted")


@pytest.mark.parametrize(
    ("state", "district", "seat", "office"),
    [
        ("TX", "18", "TX-18", "representative"),
        ("WY", "0", "WY-0", "representative"),
        ("WY", "At Large", "WY-0", "representative"),
        ("WY", None, "WY-0", "representative"),
        ("DC", "98", "DC-0", "delegate"),
        ("PR", "00", "PR-0", "resident_commissioner"),
    ],
)
def test_31_32_a_role_comes_from_the_seat_and_at_large_is_0(
    sqlite_engine: Engine, now: datetime, state: str, district: str | None, seat: str, office: str
) -> None:
    row = PersonRow(
        bioguide="N000999", full_name="Rescom. Prefix, Any", state=state, district=district, party="L"
    )
    with db.writing(sqlite_engine) as session:
        members.store_named(session, [row], bill=BillId.of("hr1-119"), now=now)
    found = person(sqlite_engine, "N000999")
    assert (found.seat, found.office, found.party) == (seat, office, "L")


def test_a_sponsor_of_an_earlier_congress_without_a_date_has_departed(engine: Engine, now: datetime) -> None:
    load(engine, files([CASTRO]), now)
    name_on_bill(engine, "s4647-118", now, None)
    found = person(engine, "N000999")
    assert (found.standing, found.seat, found.office) == ("departed", "TX", "senator")


def test_a_newcomer_sits_once_the_list_has_them(engine: Engine, now: datetime) -> None:
    load(engine, files([]), now)
    name_on_bill(engine, "hr6736-119", now, date(2026, 6, 14))
    load(engine, files([rep("N000999", "TX-18", "Núñez", "Eva")]), now, as_of=date(2026, 7, 1))
    assert person(engine, "N000999").standing == "sitting"


def test_who_never_gets_listed_has_departed(engine: Engine, now: datetime) -> None:
    name_on_bill(engine, "hr6736-119", now, date(2026, 6, 14))
    assert person(engine, "N000999").standing == "unlisted"
    load(engine, files([]), now, as_of=NOW.date())
    assert person(engine, "N000999").standing == "unlisted"
    load(engine, files([]), now, as_of=date(2026, 9, 1))
    assert person(engine, "N000999").standing == "departed"


def test_the_row_of_a_bill_never_overwrites_the_list(engine: Engine, now: datetime) -> None:
    load(engine, files([rep("N000999", "TX-18", "Núñez Vega", "Eva")]), now)
    name_on_bill(engine, "hr6736-119", now, date(2025, 12, 16))
    assert (person(engine, "N000999").last, person(engine, "N000999").standing) == ("Núñez Vega", "sitting")


# --- refresh ---


@pytest.fixture
def settings(httpserver: HTTPServer) -> Settings:
    return Settings(legislators_url=httpserver.url_for("/cl"))


def serve(httpserver: HTTPServer, **answers: Any) -> list[str]:
    """Serve the files, by default usual ones; returns a list that grows by the name of each requested file."""
    requested: list[str] = []
    usual = {"current": [CASTRO, *crowd()], "committees": [FOREIGN_AFFAIRS], "historical": []}
    usual["memberships"] = {"HSFA": [{"bioguide": "C001091", "party": "minority", "rank": 1}]}
    usual["offices"] = [office("C001091", "San Antonio")]
    for name, answer in {**usual, **answers}.items():
        page = httpserver.expect_request(f"/cl/{FILES[name]}")
        page.respond_with_handler(partial(respond, name, answer, requested))
    return requested


def respond(name: str, answer: Any, requested: list[str], _request: Request) -> Response:
    # Noted before the answer is out: the server's own log may be written after it was read.
    requested.append(name)
    if isinstance(answer, str):
        return Response(answer, content_type="text/html")
    return Response(json.dumps(answer), content_type="application/json")


def refresh(settings: Settings, engine: Engine, now: datetime) -> dict[str, int]:
    with Fetcher(user_agent="test", attempts=1) as fetcher:
        return roster.refresh(fetcher, settings, engine, now=now)


def test_refresh_takes_all_files(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    serve(httpserver)
    counts = refresh(settings, engine, now)
    assert counts == {"members": 31, "committees": 2, "memberships": 1, "offices": 1}
    with db.reading(engine) as session:
        state = members.data_state(session, "members")
    assert state is not None
    assert state.as_of == date(2026, 6, 20)


def test_refresh_with_one_file_down_takes_the_rest(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    load(
        engine,
        files([CASTRO], committees=[FOREIGN_AFFAIRS], memberships={"HSFA": [{"bioguide": "C001091"}]}),
        now,
    )
    serve(httpserver, memberships="<html>Page not found</html>")
    counts = refresh(settings, engine, now)
    assert counts["members"] == 31
    assert "memberships" not in counts
    assert "a web page" in problem(engine, "memberships")


def test_refresh_with_everything_down_is_no_news(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    load(engine, files([CASTRO]), now)
    requested = serve(
        httpserver, **dict.fromkeys(("current", "committees", "memberships", "offices"), "<html>down</html>")
    )
    with pytest.raises(SourceError):
        refresh(settings, engine, now)
    assert requested.count("historical") == 0
    assert person(engine, "C001091").standing == "sitting"


def test_who_has_left_does_not_sit_on_whatever_end_the_large_file_gives(engine: Engine, now: datetime) -> None:
    """In January 2025 Vance, Rubio and Waltz stood there for a while with the term that they had left."""
    leaver = rep("B000100", "OH-9", "Leaver")
    load(engine, files([leaver]), now)
    for week in (0, 1):
        day = date(2026, 7, 1) + timedelta(days=7 * week)
        load(engine, files([], historical=[leaver]), now, as_of=day)
        with db.reading(engine) as session:
            (term,) = session.exec(select(Tenure).where(Tenure.bioguide == "B000100"))
            assert (term.ends, term.approximate) == (date(2026, 7, 1), True)
            after = datetime(2026, 7, 2, 15, tzinfo=UTC)
            assert members.holders(session, "OH-9", now=after) == []
    dated = rep("B000100", "OH-9", "Leaver", end="2026-06-28")
    load(engine, files([], historical=[dated]), now, as_of=date(2026, 7, 15))
    with db.reading(engine) as session:
        (term,) = session.exec(select(Tenure).where(Tenure.bioguide == "B000100"))
        assert (term.ends, term.approximate) == (date(2026, 6, 28), False)


def test_the_large_file_is_read_only_when_somebody_left_and_then_not_daily(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    requested = serve(httpserver, current=crowd())
    refresh(settings, engine, now)
    assert requested.count("historical") == 0
    name_on_bill(engine, "hr6618-118", now, date(2023, 12, 6))
    for day in range(3):
        refresh(settings, engine, now + timedelta(days=day))
    assert requested.count("historical") == 1
    refresh(settings, engine, now + timedelta(days=8))
    assert requested.count("historical") == 2


def test_a_large_file_that_failed_is_asked_for_again_the_next_day(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    requested = serve(httpserver, historical="<html>Page not found</html>")
    load(engine, files([]), now)
    name_on_bill(engine, "hr6618-118", now, date(2023, 12, 6))
    for day in range(2):
        refresh(settings, engine, now + timedelta(days=day))
    assert requested.count("historical") == 2
    with db.reading(engine) as session:
        assert members.data_state(session, "historical") is None


def test_importing_twice_changes_nothing(engine: Engine, now: datetime) -> None:
    whole = files([CASTRO], committees=[FOREIGN_AFFAIRS], memberships={"HSFA": [{"bioguide": "C001091"}]})
    load(engine, whole, now)
    before = person(engine, "C001091")
    load(engine, whole, now)
    assert person(engine, "C001091") == before
    with db.reading(engine) as session:
        assert len(session.exec(select(CommitteeSeat)).all()) == 1


def test_party_and_state_are_the_mark_after_a_name(engine: Engine, now: datetime) -> None:
    load(engine, files([CASTRO]), now)
    assert person(engine, "C001091").mark == "D-TX"
    with db.writing(engine) as session:
        named = PersonRow(bioguide="Z000001", full_name="Nobody's list knows them", state="OH")
        members.store_named(session, [named], bill=BillId.of("hr1-119"), now=now)
    assert person(engine, "Z000001").mark == "OH"


def test_a_senators_id_in_the_senates_documents_is_kept(engine: Engine) -> None:
    baldwin = sen("B001230", "WI", "Baldwin", 1)
    baldwin["id"]["lis"] = "S354"
    load(engine, MemberFiles(current=[baldwin, CASTRO]), NOW)
    with db.reading(engine) as session:
        found = {row.bioguide: row.lis for row in session.exec(select(Member))}
    assert found == {"B001230": "S354", "C001091": ""}
