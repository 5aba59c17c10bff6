"""Members, seats, offices and committees: what they answer, and what no file can make them forget."""

import json
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from legislator_files import FOREIGN_AFFAIRS, JUNE, MOST, crowd, files, office, rep, sen
from pytest_httpserver import HTTPServer
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug import Request, Response

from campaign import db
from campaign.congress import members, roster
from campaign.congress.bills import BillId
from campaign.congress.legislators import FILES, MemberFiles, party_letter
from campaign.congress.members import Person
from campaign.congress.models import CommitteeSeat, Tenure
from campaign.congress.observation import CosponsorRow, PersonRow
from campaign.fetch import Fetcher
from campaign.refusals import Unread
from campaign.settings import Settings

CASTRO = rep("C001091", "TX-20", "Castro", "Joaquin", name={"official_full": "Joaquin Castro"}, gender="M")


def take(engine: Engine, files: MemberFiles, now: datetime, as_of: date = JUNE) -> dict[str, int]:
    with db.writing(engine) as session:
        return roster.import_members(session, files, as_of=as_of, now=now)


def person(engine: Engine, bioguide: str) -> Person:
    with db.reading(engine) as session:
        found = members.person(session, bioguide)
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
    take(engine, files(row[0] for row in WHO), now)
    with db.reading(engine) as session:
        found = members.people(session)
    shown = [
        (one.name, one.party, one.seat, one.office, one.voting)
        for one in (found[row[0]["id"]["bioguide"]] for row in WHO)
    ]
    assert shown == [row[1:] for row in WHO]


def test_gender_class_and_district_come_along(engine: Engine, now: datetime) -> None:
    take(engine, files([CASTRO, sen("A000005", "NM", "Luján", 2)]), now)
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
    take(engine, files(people), now)
    with db.reading(engine) as session:
        assert [one.last for one in members.senators(session, "TX")] == ["Cruz", "Cornyn"]
        assert members.senators(session, "DC") == []
        assert members.vacancies(session, "senate") == ["FL"]


def test_a_person_stands_as_on_the_day_asked_for(engine: Engine, now: datetime) -> None:
    before = {"type": "rep", "start": "2023-01-03", "end": "2024-12-08", "state": "NJ", "district": 3}
    kim = sen("K000394", "NJ", "Kim", 2, earlier=[{**before, "party": "Democrat"}])
    take(engine, files([kim]), now)
    with db.reading(engine) as session:
        then = members.people(session, ["K000394"], on=date(2024, 5, 1))["K000394"]
        between = members.people(session, ["K000394"], on=date(2024, 12, 20))["K000394"]
        everyone = members.people(session, on=date(2024, 5, 1))
    assert (then.seat, then.office, then.standing) == ("NJ-3", "representative", "sitting")
    assert between.seat == "NJ"
    assert set(everyone) == {"K000394"}
    assert person(engine, "K000394").seat == "NJ"


def test_washington_first_then_offices_by_city(engine: Engine, now: datetime) -> None:
    # A district office in Washington, Pennsylvania, has the id that the capital's would want.
    offices = [office("C001091", "Washington"), office("C001091", "Austin", phone="")]
    take(engine, files([CASTRO], offices=offices), now)
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
    take(engine, files(people, committees=[FOREIGN_AFFAIRS], memberships=memberships), now)
    with db.reading(engine) as session:
        seats = session.exec(select(CommitteeSeat).where(CommitteeSeat.committee == "HSFA"))
        assert {(seat.bioguide, seat.side, seat.rank, seat.role) for seat in seats} == {
            ("A000001", "majority", 1, "chair"),
            ("A000002", "majority", 2, "vice_chair"),
            ("C001091", "minority", 1, "ranking"),
        }
        assert [committee.id for committee, _ in members.committees_of(session, "C001091")] == [
            "HSFA",
            "HSFA07",
        ]


# --- who has gone ---


def test_who_is_no_longer_listed_has_departed_and_is_kept(engine: Engine, now: datetime) -> None:
    seated = {"committees": [FOREIGN_AFFAIRS], "memberships": {"HSFA": [{"bioguide": "C001091"}]}}
    take(engine, files([CASTRO], offices=[office("C001091", "San Antonio")], **seated), now)
    take(engine, files([]), now, as_of=date(2026, 7, 1))
    with db.reading(engine) as session:
        assert members.vacancies(session, "house") == ["TX-20"]
        assert members.holders(session, "TX-20") == []
        assert members.offices(session, "C001091") == []
        assert session.exec(select(CommitteeSeat)).all() == []
        assert members.vacant_since(session, "TX-20") is None
        assert "C001091" not in members.people(session)
    gone = person(engine, "C001091")
    assert (gone.standing, gone.seat, gone.voting) == ("departed", "TX-20", False)


def test_the_list_of_former_members_tells_since_when_a_seat_is_empty(engine: Engine, now: datetime) -> None:
    take(engine, files([CASTRO]), now)
    left = rep("C001091", "TX-20", "Castro", end="2026-06-20")
    long_gone = rep("O000001", "TX-1", "Old", start="1991-01-03", end="1993-01-03")
    take(engine, files([], historical=[left, long_gone]), now, as_of=date(2026, 7, 1))
    with db.reading(engine) as session:
        assert members.vacant_since(session, "TX-20") == date(2026, 6, 20)
        assert members.person(session, "O000001") is None
    assert person(engine, "C001091").standing == "departed"


def test_who_comes_back_sits_again(engine: Engine, now: datetime) -> None:
    take(engine, files([CASTRO]), now)
    take(engine, files([]), now)
    take(engine, files([CASTRO]), now)
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
    take(engine, files([CASTRO]), now)
    take(engine, files([broken]), now)
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


@pytest.mark.parametrize(("name", "gap"), GAPS)
def test_a_gap_of_january_keeps_what_is_known(
    engine: Engine, now: datetime, name: str, gap: MemberFiles
) -> None:
    seats = {"HSFA": [{"bioguide": bioguide, "party": "majority"} for bioguide in MOST]}
    whole = files(
        [CASTRO], committees=[FOREIGN_AFFAIRS], memberships=seats, offices=[office("C001091", "Austin")]
    )
    take(engine, whole, now)
    take(engine, gap, now + timedelta(days=202), as_of=date(2027, 1, 4))
    with db.reading(engine) as session:
        assert len(members.people(session)) == 31
        assert len(session.exec(select(CommitteeSeat)).all()) == 30
        assert len(members.offices(session, "C001091")) == 2
        state = members.data_state(session, name)
    assert state is not None
    assert (state.as_of, state.problem[:17]) == (JUNE, "not yet published")
    take(engine, whole, now + timedelta(days=230), as_of=date(2027, 2, 1))
    assert problem(engine, name) == ""


def test_a_first_list_may_be_small(engine: Engine, now: datetime) -> None:
    assert take(engine, MemberFiles(current=[CASTRO]), now)["members"] == 1


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
        members.keep_named(session, [named], bill=BillId.of(bill), now=now)


@pytest.mark.parametrize(("bill", "joined", "standing"), NAMED)
def test_30_a_person_no_list_knows_is_kept_from_the_row(
    engine: Engine, now: datetime, bill: str, joined: date, standing: str
) -> None:
    take(engine, files([CASTRO]), now)
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
        members.keep_named(session, [row], bill=BillId.of("hr1-119"), now=now)
    found = person(sqlite_engine, "N000999")
    assert (found.seat, found.office, found.party) == (seat, office, "L")


def test_a_sponsor_of_an_earlier_congress_without_a_date_has_departed(engine: Engine, now: datetime) -> None:
    take(engine, files([CASTRO]), now)
    name_on_bill(engine, "s4647-118", now, None)
    found = person(engine, "N000999")
    assert (found.standing, found.seat, found.office) == ("departed", "TX", "senator")


def test_a_newcomer_sits_once_the_list_has_them(engine: Engine, now: datetime) -> None:
    take(engine, files([]), now)
    name_on_bill(engine, "hr6736-119", now, date(2026, 6, 14))
    take(engine, files([rep("N000999", "TX-18", "Núñez", "Eva")]), now, as_of=date(2026, 7, 1))
    assert person(engine, "N000999").standing == "sitting"


def test_who_never_gets_listed_has_departed(engine: Engine, now: datetime) -> None:
    name_on_bill(engine, "hr6736-119", now, date(2026, 6, 14))
    assert person(engine, "N000999").standing == "unlisted"
    take(engine, files([]), now, as_of=date(2026, 7, 1))
    assert person(engine, "N000999").standing == "unlisted"
    take(engine, files([]), now, as_of=date(2026, 9, 1))
    assert person(engine, "N000999").standing == "departed"


def test_the_row_of_a_bill_never_overwrites_the_list(engine: Engine, now: datetime) -> None:
    take(engine, files([rep("N000999", "TX-18", "Núñez Vega", "Eva")]), now)
    name_on_bill(engine, "hr6736-119", now, date(2025, 12, 16))
    assert (person(engine, "N000999").last, person(engine, "N000999").standing) == ("Núñez Vega", "sitting")


# --- refresh ---


@pytest.fixture
def settings(httpserver: HTTPServer) -> Settings:
    return Settings(legislators_url=httpserver.url_for("/cl"))


def serve(httpserver: HTTPServer, **answers: Any) -> list[str]:
    """Serve the files, usual ones unless said otherwise; returns the names asked for, as they are."""
    asked: list[str] = []
    usual = {"current": [CASTRO, *crowd()], "committees": [FOREIGN_AFFAIRS], "historical": []}
    usual["memberships"] = {"HSFA": [{"bioguide": "C001091", "party": "minority", "rank": 1}]}
    usual["offices"] = [office("C001091", "San Antonio")]
    for name, answer in {**usual, **answers}.items():
        page = httpserver.expect_request(f"/cl/{FILES[name]}")
        page.respond_with_handler(partial(respond, name, answer, asked))
    return asked


def respond(name: str, answer: Any, asked: list[str], _request: Request) -> Response:
    # Noted before the answer is out: the server's own log may be written after it was read.
    asked.append(name)
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
    take(
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
    take(engine, files([CASTRO]), now)
    asked = serve(
        httpserver, **dict.fromkeys(("current", "committees", "memberships", "offices"), "<html>down</html>")
    )
    with pytest.raises(Unread):
        refresh(settings, engine, now)
    assert asked.count("historical") == 0
    assert person(engine, "C001091").standing == "sitting"


def test_the_large_file_is_read_only_when_somebody_left_and_then_not_daily(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    asked = serve(httpserver, current=crowd())
    refresh(settings, engine, now)
    assert asked.count("historical") == 0
    name_on_bill(engine, "hr6618-118", now, date(2023, 12, 6))
    for day in range(3):
        refresh(settings, engine, now + timedelta(days=day))
    assert asked.count("historical") == 1
    refresh(settings, engine, now + timedelta(days=8))
    assert asked.count("historical") == 2


def test_a_large_file_that_failed_is_asked_for_again_the_next_day(
    engine: Engine, now: datetime, settings: Settings, httpserver: HTTPServer
) -> None:
    asked = serve(httpserver, historical="<html>Page not found</html>")
    take(engine, files([]), now)
    name_on_bill(engine, "hr6618-118", now, date(2023, 12, 6))
    for day in range(2):
        refresh(settings, engine, now + timedelta(days=day))
    assert asked.count("historical") == 2
    with db.reading(engine) as session:
        assert members.data_state(session, "historical") is None


def test_importing_twice_changes_nothing(engine: Engine, now: datetime) -> None:
    whole = files([CASTRO], committees=[FOREIGN_AFFAIRS], memberships={"HSFA": [{"bioguide": "C001091"}]})
    take(engine, whole, now)
    before = person(engine, "C001091")
    take(engine, whole, now)
    assert person(engine, "C001091") == before
    with db.reading(engine) as session:
        assert len(session.exec(select(CommitteeSeat)).all()) == 1


def test_party_and_state_are_the_mark_after_a_name(engine: Engine, now: datetime) -> None:
    take(engine, files([CASTRO]), now)
    assert person(engine, "C001091").mark == "D-TX"
    with db.writing(engine) as session:
        named = PersonRow(bioguide="Z000001", full_name="Nobody's list knows them", state="OH")
        members.keep_named(session, [named], bill=BillId.of("hr1-119"), now=now)
    assert person(engine, "Z000001").mark == "OH"
