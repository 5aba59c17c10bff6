"""The scorecard: each sitting member by the campaign's bills and votes, as page, table and picture."""

import csv
import html
import io
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from chambers import add_bill, legislator, on, seat_members, term
from filled import filled_by
from flask import Flask
from roll_calls import vote
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.congress.observation import ActionRow
from campaign.organizing import scorecard
from campaign.organizing.scorecard import Sheet
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
PASSED = ActionRow(
    acted=date(2026, 5, 1),
    text="Passed/agreed to in House: On passage Passed by the Yeas and Nays: 220 - 200 (Roll no. 9).",
    code="8000",
)


@pytest.fixture
def congress(engine: Engine) -> Engine:
    """A Congress that a test may change."""
    return filled_by(fill, engine)


@pytest.fixture(scope="module")
def shown(module_engine: Engine) -> Engine:
    """The same for tests that only look."""
    return filled_by(fill, module_engine)


@pytest.fixture(scope="module")
def shown_app(shown: Engine) -> Flask:
    return app_on(shown)


def fill(engine: Engine) -> None:
    """Two House bills, one of which passed, and one in the Senate; a delegate and somebody who has left."""
    seat_members(
        engine,
        *(legislator(f"A{number}", term(f"NY-{number}")) for number in range(1, 5)),
        legislator("A5", term("TX-1")),
        legislator("D1", term("DC-0")),
        legislator("S1", term("NY"), last="Pérez"),
        former=[legislator("X1", term("NY-9", 118))],
    )
    left = on("A3", "2026-01-10", withdrawn="2026-02-03")
    add_bill(engine, "hr1-119", on("A2"), left, on("D1"), sponsor="A1", proposal="armas", actions=(PASSED,))
    add_bill(engine, "s1-119", on("S1"), sponsor="Z1", proposal="armas")
    add_bill(engine, "hr2-119", on("A2"), sponsor="A5", proposal="cartels")
    add_bill(engine, "hr3-118", on("A4", "2024-01-10"), sponsor="A1", proposal="cartels")


def voted(engine: Engine) -> None:
    vote(engine, {"A1": "yea", "A2": "nay", "A3": "not_voting", "A4": "yea", "X1": "yea"})


def sheets(engine: Engine) -> dict[str, Sheet]:
    with db.reading(engine) as session:
        return {sheet.chamber: sheet for sheet in scorecard.scorecard(session, "guns", now=NOW)}


def counted(sheet: Sheet) -> dict[str, tuple[int, int]]:
    return {row.person.bioguide: (row.done, row.possible) for row in sheet.rows}


def app_on(engine: Engine) -> Flask:
    return create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=engine)


def get(place: Engine | Flask, address: str) -> str:
    """A page of an app, or of a new one on a database."""
    app = app_on(place) if isinstance(place, Engine) else place
    with time_machine.travel(NOW, tick=False):
        answer = app.test_client().get(address)
    assert answer.status_code == 200
    return answer.text


def rows(page: str) -> list[list[str]]:
    """The cells of each row of a member, as they are read."""
    found = re.findall(r"(?s)<tr>(?!\s*<th scope=\"col\").*?</tr>", page)
    cells = [re.findall(r"(?s)<t[hd].*?</t[hd]>", row) for row in found]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


# --- what is counted -------------------------------------------------------------------------------


def test_members_are_counted_by_bills_of_their_chamber(shown: Engine) -> None:
    found = sheets(shown)
    assert [str(column.record.id) for column in found["house"].columns] == ["hr1-119", "hr2-119"]
    assert [str(column.record.id) for column in found["senate"].columns] == ["s1-119"]
    assert counted(found["house"]) == {
        "A000001": (1, 2), "A000002": (2, 2), "A000003": (0, 2), "A000004": (0, 2), "A000005": (1, 2),
        "D000001": (1, 2),
    }  # fmt: skip
    assert counted(found["senate"]) == {"S000001": (1, 1)}
    dids = {row.person.bioguide: [mark.did for mark in row.marks] for row in found["house"].rows}
    assert dids["A000001"] == ["sponsor", "neither"]
    assert dids["A000002"] == ["cosponsor", "cosponsor"]
    assert dids["A000003"] == ["withdrew", "neither"]


def test_a_vote_on_passage_counts_for_who_took_part(congress: Engine) -> None:
    voted(congress)
    house = sheets(congress)["house"]
    assert [column.vote is not None for column in house.columns] == [False, True, False]
    assert counted(house) == {
        "A000001": (2, 3), "A000002": (2, 3), "A000003": (0, 3), "A000004": (1, 3),
        # Sworn in later, or without a vote: what nobody could do is not counted against them.
        "A000005": (1, 2), "D000001": (1, 2),
    }  # fmt: skip


def test_other_votes_are_not_counted(congress: Engine) -> None:
    vote(congress, {"A1": "yea"}, question="On Motion to Recommit")
    assert len(sheets(congress)["house"].columns) == 2


def test_who_is_missing_from_a_list_not_read_whole_is_not_counted_against(congress: Engine) -> None:
    add_bill(congress, "hr4-119", on("A3"), proposal="third", problem="co-sponsors: 1 row where 2 are counted")
    marks = {row.person.bioguide: row.marks[-1] for row in sheets(congress)["house"].rows}
    assert (marks["A000003"].did, marks["A000003"].counts) == ("cosponsor", True)
    assert (marks["A000004"].did, marks["A000004"].counts) == ("unread", False)


# --- the page --------------------------------------------------------------------------------------


def test_the_page_shows_each_member_once_with_counts_and_no_grade(congress: Engine) -> None:
    voted(congress)
    page = get(congress, "/scorecard")
    found = rows(page)
    assert [row[0] for row in found] == [
        *(f"Lee MemberA{number} D" for number in range(1, 6)), "Lee MemberD1 D", "Lee Pérez D",
    ]  # fmt: skip
    assert found[0] == [
        "Lee MemberA1 D", "NY-1", "2 of 3", "introduced it Feb 4, 2025", "voted yes May 1, 2026", "not on it",
    ]  # fmt: skip
    assert found[1][2:5] == ["2 of 3", "co-sponsors it Jan 10, 2026", "voted no May 1, 2026"]
    assert found[2][2:5] == ["0 of 3", "withdrew Feb 3, 2026", "did not vote May 1, 2026"]
    assert found[4][4] == "–"
    assert not re.search(r"\bgrade [A-F]\b|\d+ ?%", page.partition("<main")[2].partition("</main>")[0])


def test_the_page_is_in_spanish_too(congress: Engine) -> None:
    voted(congress)
    found = rows(get(congress, "/es/scorecard"))
    assert found[0][2] == "2 de 3"
    assert found[0][3].startswith("introdujo") or found[0][3].startswith("lo presentó")
    assert found[1][4].startswith("votó en contra")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=TX", ["MemberA5"]),
        ("state=DC", ["MemberD1"]),
        ("name=perez", ["Pérez"]),
        ("name=MemberA2", ["MemberA2"]),
        ("state=NY&name=MemberA5", []),
        ("state=ZZ", []),
        ("sort=count", ["MemberA2", "MemberA1", "MemberA5", "MemberD1", "MemberA3", "MemberA4", "Pérez"]),
        ("sort=state", ["MemberD1", *(f"MemberA{n}" for n in range(1, 6)), "Pérez"]),
        ("sort=nonsense", [*(f"MemberA{n}" for n in range(1, 6)), "MemberD1", "Pérez"]),
    ],
)
def test_it_is_filtered_and_sorted(shown_app: Flask, query: str, names: list[str]) -> None:
    page = get(shown_app, f"/scorecard?{query}")
    assert [row[0].split()[1] for row in rows(page)] == names
    assert ("No member fits." in page) == (not names)


def test_what_was_typed_comes_back_as_text(shown_app: Flask) -> None:
    page = get(shown_app, "/scorecard?name=%3Cscript%3E%22&state=%22%3E")
    assert "<script>&#34;" not in page
    assert 'value="&lt;script&gt;' in page


def test_a_campaign_without_a_bill_in_this_congress_has_none(engine: Engine) -> None:
    seat_members(engine, legislator("A1", term("NY-1")))
    add_bill(engine, "hr3-118", sponsor="A1", proposal="cartels")
    assert "There is no bill to count in this Congress yet." in get(engine, "/scorecard")


# --- table and picture -----------------------------------------------------------------------------


def test_the_table_has_what_the_page_has(congress: Engine) -> None:
    voted(congress)
    table = list(csv.reader(io.StringIO(get(congress, "/scorecard.csv").lstrip("\ufeff"))))
    assert table[0] == [
        "Chamber", "Name", "Party", "State", "District", "Bioguide", "For it", "Of",
        "H.R. 1: on it", "H.R. 1: vote", "H.R. 2: on it", "S. 1: on it",
    ]  # fmt: skip
    assert table[1] == [
        "House", "Lee MemberA1", "D", "NY", "1", "A000001", "2", "3",
        "introduced it", "voted yes", "not on it", "",
    ]  # fmt: skip
    assert table[-1][:9] == ["Senate", "Lee Pérez", "D", "NY", "", "S000001", "1", "1", ""]
    assert table[-1][-1] == "co-sponsors it"
    only = list(csv.reader(io.StringIO(get(congress, "/scorecard.csv?state=TX").lstrip("\ufeff"))))
    assert [row[1] for row in only[1:]] == ["Lee MemberA5"]
    spanish = list(csv.reader(io.StringIO(get(congress, "/es/scorecard.csv").lstrip("\ufeff"))))
    assert spanish[0][:2] == ["Cámara", "Nombre"]


def test_the_picture_is_a_png_that_changes_with_what_it_shows(congress: Engine) -> None:
    def address() -> str:
        found = re.search(r'og:image" content="http://[^/]+([^"]+)"', get(congress, "/scorecard"))
        assert found
        return html.unescape(found[1])

    before = address()
    with time_machine.travel(NOW, tick=False):
        picture = app_on(congress).test_client().get(before)
    assert (picture.mimetype, picture.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    voted(congress)
    assert address() != before
    assert "H.R. 1: 220 voted yes, 200 no" in html.unescape(get(congress, "/scorecard"))
