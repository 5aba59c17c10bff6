"""The organizers' pages on the shipped campaign: what they show, change, take out and bring back."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import organizer_client
import pytest
import sqlalchemy as sa
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from organizer_client import post, send, sign_in, token
from PIL import Image
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from campaign import db
from campaign.accounts import audit, users
from campaign.app import create_app
from campaign.congress.models import Bill, Change, Cosponsorship, Tracking
from campaign.organizing import poll_requests, whip
from campaign.proposals.models import Campaign, Kinship
from campaign.settings import Settings

BILL, JACOBS = "hr6736-119", "J000305"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def snapshot_engine(snapshot_engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(snapshot_engine, tmp_path) as engine:
        yield engine


@pytest.fixture
def staff(app: Flask, snapshot_engine: Engine) -> FlaskClient:
    return sign_in(app.test_client(), snapshot_engine, "organizer")


@pytest.fixture(scope="module")
def worked_engine(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with copy_of(snapshot_template, tmp_path_factory.mktemp("worked")) as engine:
        yield engine


@lru_cache(1)
def somebody_wrote(engine: Engine) -> None:
    """Organizers know something of one member alone."""
    work = {"lean": "for", "owner": "organizer@example.org", "next_step": "call", "tags": "#swing"}
    done = post(organizer_client.reader(engine), f"/organize/members/{JACOBS}/{BILL}", version="0", **work)
    assert done.status_code == 303


@pytest.fixture
def worked_on(worked_engine: Engine, clock: None) -> FlaskClient:
    """For tests that only look."""
    somebody_wrote(worked_engine)
    return organizer_client.reader(worked_engine)


def joined_now(bioguide: str, now: datetime) -> Change:
    return Change(bill=BILL, kind="cosponsored", bioguide=bioguide, happened=now.date(), seen_at=now)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- looking ---


def test_monday_shows_the_honest_count_and_whom_to_ask_first(reader: FlaskClient) -> None:
    shown = text_of(reader.get("/organize/").text)
    assert "27 co-sponsors who can vote" in shown
    assert "Congress lists 29 ; 1 delegate without a floor vote; 1 no longer in the chamber." in shown.replace(
        "29;", "29 ;"
    )
    assert "With its sponsor, 28 of the 218 votes wanted" in shown
    assert "6.5% of all who can vote in the chamber, 12.8% of a majority." in shown
    assert "House Committee on Foreign Affairs : 6 of 53. Votes by party: D 28." in shown
    assert shown.index("Sydney Kamlager-Dove") < shown.index("Bradley Scott Schneider")
    assert "co-sponsored last Congress&#39;s H.R. 6618, not on H.R. 6736 yet" in shown


def test_the_same_page_in_spanish(reader: FlaskClient) -> None:
    shown = text_of(reader.get("/es/organize/").text)
    assert "27 copatrocinios con voto" in shown
    assert "copatrocinó H.R. 6618 del Congreso pasado, aún no copatrocina H.R. 6736" in shown


def test_what_is_new_is_shown_until_it_was_seen(staff: FlaskClient, snapshot_engine: Engine, now) -> None:
    assert "Nothing new" in staff.get("/organize/").text
    with db.writing(snapshot_engine) as session:
        session.add(
            Change(bill="hr6736-119", kind="cosponsored", bioguide=JACOBS, happened=now.date(), seen_at=now)
        )
    page = staff.get("/organize/").text
    assert "Sara Jacobs (D-CA) signed on" in text_of(page)
    (newest,) = re.findall(r'name="upto" value="(\d+)"', page)
    assert "Nothing new" in send(staff, "/organize/seen", upto=newest).text
    assert "Nothing new" in send(staff, "/organize/seen", upto="0").text


def test_a_bill_shows_its_shares_and_pictures_with_tables(reader: FlaskClient) -> None:
    page = reader.get("/organize/bills/hr6736-119").text
    shown = text_of(page)
    assert "of all who can vote in the chamber now 28 / 431 6.5%" in shown
    assert "of a majority 28 / 218" in shown
    assert "House Committee on Foreign Affairs 6 / 53 11.3%" in shown
    assert page.count("<svg") >= 4
    assert page.count("Show as a table") == 3


@pytest.mark.parametrize("name", ["growth", "map", "HSFA"])
def test_a_picture_is_a_drawing_of_its_own_with_a_title(reader: FlaskClient, name: str) -> None:
    response = reader.get(f"/organize/bills/hr6736-119/{name}.svg")
    assert response.mimetype == "image/svg+xml"
    assert "attachment" in response.headers["Content-Disposition"]
    drawn = ElementTree.fromstring(response.data)  # noqa: S314 -- our own answer
    title = drawn.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert drawn.get("role") == "img"
    assert "style" not in response.text


@pytest.mark.parametrize("name", ["growth", "map", "HSFA"])
def test_every_picture_is_taken_away_as_pixels_too(reader: FlaskClient, name: str) -> None:
    links = reader.get("/organize/bills/hr6736-119").text
    for kind, mimetype in (("svg", "image/svg+xml"), ("png", "image/png")):
        assert f'href="/organize/bills/hr6736-119/{name}.{kind}"' in links
        response = reader.get(f"/organize/bills/hr6736-119/{name}.{kind}")
        assert response.mimetype == mimetype
        wanted = f'attachment; filename="hr6736-119-{name}.{kind}"'
        assert response.headers["Content-Disposition"] == wanted
    image = Image.open(io.BytesIO(response.data))
    assert image.format == "PNG"
    assert image.width > 1200
    assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 3


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        (
            "",
            ["H.R.\N{NO-BREAK SPACE}6736, ARMAS Act", "Seats by state · as of June 1, 2026", "Cross: vacant."],
        ),
        (
            "/es",
            [
                "H.R.\N{NO-BREAK SPACE}6736, Ley ARMAS",
                "Escaños por estado · al 1 de junio de 2026",
                "Cruz: vacante.",
            ],
        ),
    ],
)
def test_a_picture_that_is_taken_away_says_what_it_is_and_how_it_is_read(
    reader: FlaskClient, lang: str, says: list[str]
) -> None:
    drawn = reader.get(f"{lang}/organize/bills/hr6736-119/map.svg").text
    assert [words for words in says if words not in drawn] == []


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_there_is_no_picture_of_what_is_not_there(reader: FlaskClient, kind: str) -> None:
    assert reader.get(f"/organize/bills/hr6736-119/HSAG.{kind}").status_code == 404
    assert reader.get(f"/organize/bills/hr1-119/map.{kind}").status_code == 404


def test_the_map_has_one_mark_a_seat(reader: FlaskClient) -> None:
    taken = ElementTree.fromstring(reader.get("/organize/bills/hr6736-119/map.svg").data)  # noqa: S314
    drawn = taken.find(f"{SVG}svg")
    assert drawn is not None
    rects, rings, others = (len(drawn.findall(f".//{SVG}{name}")) for name in ("rect", "circle", "path"))
    # The sponsor's mark is a square with a ring.
    assert rects + rings - 1 + others == 441


def test_a_bill_of_the_past_has_its_numbers_and_nothing_to_reach(reader: FlaskClient) -> None:
    page = reader.get("/organize/bills/hr6618-118")
    assert page.status_code == 200
    shown = text_of(page.text)
    assert "of all who could vote in the chamber when it ended" in shown
    for gone in ("Pace", "Projection", "Save the goal", "of the 218 wanted", "who sit and vote"):
        assert gone not in shown


def test_in_january_every_page_of_organizers_goes_on_with_the_last_bills(
    app: Flask, snapshot_engine: Engine
) -> None:
    """All members were elected again; no bill is back yet."""
    with snapshot_engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE tenure SET ends = '2029-01-03' WHERE ends = '2027-01-03'")
    with time_machine.travel(datetime(2027, 1, 20, 15, tzinfo=UTC), tick=False):
        staff = sign_in(app.test_client(), snapshot_engine, "organizer")
        week, lists, board, castro = (
            text_of(staff.get(f"/organize/{path}").text) for path in ("", "lists", "board", "members/C001091")
        )
    assert "No bill of this Congress yet" in week
    assert "27 co-sponsors who could vote when it ended" in week
    assert "Supported it last time: co-sponsored last Congress&#39;s H.R. 6736" in lists
    assert "Supported it last time: introduced last Congress&#39;s H.R. 6736" in lists
    assert "New in Congress" in lists
    assert "This bill expired with the 119th Congress." in board
    assert "introduced it then" in castro
    assert "introduced last Congress&#39;s H.R. 6736" in castro
    for shown in (week, lists, board, castro):
        assert not re.search(r"Pace:|Projection|votes of the 218|introduced it\b(?! then)", shown)
        assert not re.search(r"\bnot on H\.R\. 6736 yet|co-sponsor since", shown)


def test_organizers_work_on_in_the_gap_with_the_last_bills(reader: FlaskClient) -> None:
    for path, inside in (
        ("lists", "This bill expired with the 118th Congress. These lists help bring it back."),
        ("board", "This bill expired with the 118th Congress. The board shows who is in Congress now"),
    ):
        page = reader.get(f"/organize/{path}?bill=hr6618-118")
        assert page.status_code == 200
        assert inside in text_of(page.text)
        assert "Sara Jacobs" in page.text
    assert "Supported it last time: co-sponsored last Congress" in text_of(
        reader.get("/organize/lists?bill=hr6618-118&list=was_on").text
    )


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("list=ask_again", "Sara Jacobs", "Brian J. Mast"),
        ("list=committee_not_on&party=D", "Gregory W. Meeks", "Brian J. Mast"),
        ("state=VA", "James R. Walkinshaw", "Sara Jacobs"),
        ("who=virginia", "James R. Walkinshaw", "Sara Jacobs"),
        ("who=jacobs", "Sara Jacobs", "James R. Walkinshaw"),
        ("committee=HSFA&list=ask_again", "Sydney Kamlager-Dove", "Adriano Espaillat"),
        ("tag=swing", "Sara Jacobs", "Adriano Espaillat"),
        ("bill=s3508-119", "Cory A. Booker", "Sara Jacobs"),
    ],
)
def test_lists_are_filtered_by_the_address(
    worked_on: FlaskClient, query: str, inside: str, outside: str
) -> None:
    shown = worked_on.get(f"/organize/lists?{query}").text
    assert inside in shown
    assert outside not in shown


def names_shown(html: str) -> list[str]:
    """Members in the order of the table."""
    return re.findall(r'<th scope="row">.*?/organize/members/(\w+)"', html, re.DOTALL)


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("lists?sort=lean", JACOBS),
        ("lists?sort=step", JACOBS),
        ("lists?sort=-owner", JACOBS),
        ("lists?list=ask_again&sort=name", "A000380"),
        ("lists?list=ask_again&sort=-name", "W000788"),
        ("board?sort=owner", JACOBS),
        ("board?sort=-tags", JACOBS),
        ("board?sort=name", "A000370"),
        ("board?sort=record", "G000606"),
    ],
)
def test_the_tables_are_sorted_by_any_column_blanks_last(worked_on: FlaskClient, path: str, first: str) -> None:
    shown = worked_on.get(f"/organize/{path}").text
    assert names_shown(shown)[0] == first
    assert shown.count("aria-sort") == 1
    assert "call" in text_of(worked_on.get("/organize/lists?who=jacobs").text)


@pytest.mark.parametrize("page", ["lists", "board"])
def test_an_unknown_column_leaves_the_order(reader: FlaskClient, page: str) -> None:
    usual, odd = reader.get(f"/organize/{page}"), reader.get(f"/organize/{page}?sort=-zzz")
    assert odd.status_code == 200
    assert names_shown(odd.text) == names_shown(usual.text)


@pytest.mark.parametrize("page", ["lists", "board"])
def test_an_empty_table_says_why_and_how_to_widen_it(reader: FlaskClient, page: str) -> None:
    shown = reader.get(f"/organize/{page}?bill={BILL}&who=Booker&tag=swing").text
    assert f'href="/organize/{page}?bill={BILL}&amp;who=Booker"' in shown
    assert "“Booker” matches these members, but none of them is in this table: Cory A. Booker" in text_of(shown)
    assert "is called “Qqq”" in text_of(reader.get(f"/organize/{page}?who=Qqq").text)


@pytest.mark.parametrize("page", ["lists", "board"])
def test_ticked_members_are_changed_at_once_and_put_back(
    staff: FlaskClient, snapshot_engine: Engine, page: str
) -> None:
    shown = staff.get(f"/organize/{page}?who=california&tick=all").text
    ticked = re.findall(r'name="who" value="([\w.]+)" checked', shown)
    assert f"{JACOBS}.0" in ticked
    form = {"bill": BILL, "page": page, "query": "who=california&_external=1", "who": ticked}
    done = send(staff, "/organize/board/changes", **form, set_owner="organizer@example.org", add_tags="west")
    assert f"Changed: {len(ticked)} members." in text_of(done.text)
    assert done.request.path == f"/organize/{page}"
    assert names_shown(done.text) == names_shown(shown)
    undo = dict(
        re.findall(r'name="(changes|bill|query)" value="([^"]*)"', done.text.partition("Undo the last")[0])
    )
    back = send(staff, "/organize/board/undo", page=page, **undo)
    assert f"Changed: {len(ticked)} members." in text_of(back.text)
    with db.reading(snapshot_engine) as session:
        assert {(entry.owner, entry.tags) for entry in whip.entries_of(session, BILL)} == {("", "")}
        assert audit.entries(session, act="board changed")[0].detail == {"rows": len(ticked), "left": 0}


@pytest.mark.parametrize(
    "form", [{"who": "x"}, {"who": f"{JACOBS}.0"}, {"who": "X999999.0", "set_lean": "for"}, {"set_lean": "for"}]
)
def test_a_bulk_change_without_sense_changes_nothing(reader: FlaskClient, form: dict[str, str]) -> None:
    assert send(reader, "/organize/board/changes", bill=BILL, page="board", **form).status_code in (400, 404)


@pytest.mark.parametrize("changes", ["", "x", "1", "9" * 40 + "-1"])
def test_only_a_change_can_be_undone(reader: FlaskClient, changes: str) -> None:
    assert send(reader, "/organize/board/undo", bill=BILL, changes=changes).status_code == 404


def test_lists_on_whole_records_claim_no_gap(reader: FlaskClient) -> None:
    assert "Only partly known" not in reader.get("/organize/lists?bill=hr6736-119").text


@pytest.mark.parametrize(
    "path", ["bills/hr1-119", "bills/nothing", "members/X999999", "lists?bill=zzz", "board?bill=hr1"]
)
def test_what_is_not_here_is_said_plainly(reader: FlaskClient, path: str) -> None:
    response = reader.get(f"/organize/{path}")
    assert response.status_code in (400, 404)
    assert "<h1" in response.text


def test_a_saved_view_leads_back_to_its_filters(staff: FlaskClient) -> None:
    shown = send(staff, "/organize/views", page="lists", name="Texas", query="state=TX&list=ask_again").text
    assert "/organize/lists?state=TX&amp;list=ask_again" in shown
    assert 'id="who" name="who" type="text" value="TX"' in shown
    (id,) = re.findall(r"/organize/views/(\d+)/remove", shown)
    assert "Texas</a>" not in send(staff, f"/organize/views/{id}/remove").text


# --- editing ---


def test_an_edit_shows_on_the_board_and_at_the_member(staff: FlaskClient) -> None:
    form = {"version": "0", "lean": "likely", "next_step": "call the LD", "next_on": "2026-06-19", "owner": ""}
    shown = send(staff, f"/organize/members/{JACOBS}/hr6736-119", **form).text
    assert "call the LD" in shown
    board = text_of(staff.get("/organize/board?state=CA&lean=likely").text)
    assert "Sara Jacobs" in board
    assert "Ami Bera" not in board
    assert "call the LD" in staff.get("/organize/").text


def test_the_second_of_two_editors_sees_both_and_decides(app: Flask, snapshot_engine: Engine) -> None:
    ana = sign_in(app.test_client(), snapshot_engine, "organizer", "ana@example.org")
    bo = sign_in(app.test_client(), snapshot_engine, "organizer", "bo@example.org")
    path = f"/organize/members/{JACOBS}/hr6736-119"
    send(ana, path, version="0", lean="for", next_step="thank her")
    told = send(bo, path, version="0", lean="against", next_step="")
    assert told.status_code == 409
    shown = text_of(told.text)
    assert "Someone else changed this meanwhile" in shown
    assert "ana@example.org" in shown
    (version,) = re.findall(r'name="version" value="(\d+)"', told.text)
    with db.reading(snapshot_engine) as session:
        assert whip.values_of(whip.entry_of(session, "hr6736-119", JACOBS))["lean"] == "for"
    send(bo, path, version=version, lean="against", next_step="thank her")
    with db.reading(snapshot_engine) as session:
        assert whip.values_of(whip.entry_of(session, "hr6736-119", JACOBS))["lean"] == "against"
        assert [change.after for change in whip.history(session, JACOBS)] == ["against", "thank her", "for"]


def field_values(html: str) -> dict[str, str]:
    """What the member form holds, as a browser would send it."""
    values = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', html))
    for name, options in re.findall(r'<select[^>]* name="(\w+)".*?>(.*?)</select>', html, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', options)
        values[name] = chosen[0] if chosen else ""
    return {name: values[name] for name in (*whip.FIELDS, "version")}


def test_a_stale_form_takes_nothing_from_the_first_editor(app: Flask, snapshot_engine: Engine) -> None:
    """Bo's whole form is sent, blanks too, as a browser does; only the lean is Bo's change."""
    ana = sign_in(app.test_client(), snapshot_engine, "organizer", "ana@example.org")
    bo = sign_in(app.test_client(), snapshot_engine, "organizer", "bo@example.org")
    path = f"/organize/members/{JACOBS}/{BILL}"
    stale = field_values(bo.get(path).text)
    work = {"owner": "ana@example.org", "next_step": "call the LD", "next_on": "2026-06-19", "tags": "swing"}
    send(ana, path, **{**stale, **work, "lean": "for"})
    told = send(bo, path, **{**stale, "lean": "against"})
    assert told.status_code == 409
    behind = field_values(told.text)
    assert behind == {**work, "lean": "against", "version": "1"}
    assert re.findall(r'id="(\w+)-hint">Changed by both', told.text) == ["lean"]
    send(bo, path, **behind)
    with db.reading(snapshot_engine) as session:
        assert whip.values_of(whip.entry_of(session, BILL, JACOBS)) == {**work, "lean": "against"}


def test_notes_are_shown_as_typed_and_never_as_markup(staff: FlaskClient) -> None:
    shown = send(staff, f"/organize/members/{JACOBS}/notes", text="<b>LD</b> says\nmaybe").text
    assert "&lt;b&gt;LD&lt;/b&gt; says" in shown
    assert "<b>LD" not in shown


def test_contacts_come_and_go(staff: FlaskClient) -> None:
    shown = send(staff, f"/organize/members/{JACOBS}/contacts", name="Pat Lee", role="LD").text
    assert "Pat Lee, LD" in shown
    (over,) = re.findall(r'name="over" value="(\d+)"', shown)
    assert "Pat Lee, LD" not in send(staff, f"/organize/members/{JACOBS}/contacts", over=over).text


def test_a_goal_moves_the_line(staff: FlaskClient) -> None:
    shown = text_of(send(staff, "/organize/bills/hr6736-119/goal", target="60", by="2026-12-01").text)
    assert "28 of the 60 votes wanted by December 1, 2026" in shown
    assert send(staff, "/organize/bills/hr6736-119/goal", target="900").status_code == 400
    assert send(staff, "/organize/bills/hr6736-119/goal", target="60", by="soon").status_code == 400


# --- out and in ---


def test_the_lists_go_out_as_csv_and_workbook_as_shown(staff: FlaskClient, snapshot_engine: Engine) -> None:
    raw = staff.get("/organize/lists.csv?bill=hr6736-119&list=ask_again")
    assert raw.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert raw.data.decode("utf-8-sig").count("\r\n") == 23
    book = load_workbook(io.BytesIO(staff.get("/organize/lists.xlsx?bill=hr6736-119&list=ask_again").data))
    names = [row[2].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert "Sara Jacobs" in names
    with db.reading(snapshot_engine) as session:
        entry = audit.entries(session, act="exported")[0]
    assert (entry.actor, entry.detail) == ("organizer@example.org", {"rows": 22, "kind": "xlsx"})
    assert staff.get("/organize/lists.pdf?bill=hr6736-119").status_code == 404


def bring(staff: FlaskClient, raw: bytes) -> TestResponse:
    """Upload a file the way a browser does. Put together here: the test client leaves large files open."""
    form = {"csrf_token": token(staff), "bill": BILL}
    edge = b"--edge\r\nContent-Disposition: form-data; name="
    parts = [edge + f'"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in form.items()]
    parts.append(edge + b'"file"; filename="board.csv"\r\nContent-Type: text/csv\r\n\r\n' + raw + b"\r\n")
    body = b"".join(parts) + b"--edge--\r\n"
    return staff.post("/organize/board/import", data=body, content_type="multipart/form-data; boundary=edge")


def test_the_board_goes_out_and_comes_back_changed_after_a_look(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    raw = staff.get("/organize/board.csv?bill=hr6736-119").data
    assert b"Nothing was written" not in bring(staff, raw).data
    changed = re.sub(rb"(J000305,[^\r]*?),unknown,", rb"\1,likely,", raw)
    shown = bring(staff, changed)
    assert "1 member would change, 436 stay as they are." in text_of(shown.text)
    (path,) = re.findall(r'action="(/organize/board/import/[\w-]+)"', shown.text)
    written = send(staff, path)
    assert "Written: 1 members." in text_of(written.text)
    with db.reading(snapshot_engine) as session:
        assert whip.values_of(whip.entry_of(session, "hr6736-119", JACOBS))["lean"] == "likely"
    assert send(staff, path).status_code == 404
    (rows,) = re.findall(r'name="changes" value="([^"]+)"', written.text)
    send(staff, "/organize/board/undo", bill=BILL, page="board", changes=rows)
    with db.reading(snapshot_engine) as session:
        assert whip.values_of(whip.entry_of(session, "hr6736-119", JACOBS))["lean"] == "unknown"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"name\r\nx\r\n", 400),
        (b"PK\x03\x04", 400),
        (b"bioguide,version,bill\r\nX000001,0,hr6736-119\r\n", 422),
        (b"bioguide,version,bill\r\n" + b"J000305,0,hr6736-119\r\n" * 100_000, 413),
    ],
    ids=["nothing", "columns", "workbook", "stranger", "100,000 rows"],
)
def test_a_bad_file_is_refused_with_its_line_and_nothing_written(
    staff: FlaskClient, snapshot_engine: Engine, raw: bytes, status: int
) -> None:
    response = bring(staff, raw)
    assert response.status_code == status
    with db.reading(snapshot_engine) as session:
        assert whip.entries_of(session, "hr6736-119") == []


# --- the campaign's words and bills ---


def test_a_text_is_drafted_compared_published_and_brought_back(
    staff: FlaskClient, snapshot_engine: Engine
) -> None:
    path = "/organize/words/campaign/us-guns-abroad"
    words = {
        "title_en": "New title",
        "title_es": "Título nuevo",
        "summary_en": "a",
        "summary_es": "b",
        "seen": "0",
    }
    shown = send(staff, path, **words).text
    assert "<ins>New title</ins>" in shown
    (id,) = re.findall(r"/organize/words/versions/(\d+)/publish", shown)
    send(staff, f"/organize/words/versions/{id}/publish")
    with db.reading(snapshot_engine) as session:
        assert session.get_one(Campaign, "us-guns-abroad").title_es == "Título nuevo"
        assert audit.entries(session, act="text published")[0].before
    assert send(staff, path, **{**words, "title_es": ""}).status_code == 400
    assert send(staff, path, **{**words, "title_en": "<script>x</script>"}).status_code == 400


@pytest.mark.parametrize(
    "typed",
    [
        "hr5000-119",
        "H.R. 5000 (119th)",
        "https://www.congress.gov/bill/119th-congress/house-bill/5000",
        "119/hr/5000",
    ],
)
def test_a_bill_is_added_by_any_form_of_its_number(
    staff: FlaskClient, snapshot_engine: Engine, typed: str
) -> None:
    send(staff, "/organize/words/bills", bill=typed, proposal="armas-act")
    with db.reading(snapshot_engine) as session:
        assert session.get(Tracking, "hr5000-119")
        assert session.get_one(Kinship, ("armas-act", "hr5000-119")).state == "confirmed"
        assert [one.bill for one in poll_requests.pending(session)] == ["hr5000-119"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [("H.R. 5000", "write it like H.R. 5000 (119th)"), ("hr1-300", "not begun"), ("x", "as a bill number")],
)
def test_a_bill_is_never_guessed(reader: FlaskClient, typed: str, says: str) -> None:
    response = send(reader, "/organize/words/bills", bill=typed)
    assert response.status_code in (400, 404)
    assert says in text_of(response.text)


def test_kin_is_decided_by_a_person_and_logged(staff: FlaskClient, snapshot_engine: Engine) -> None:
    send(staff, "/organize/words/kin", proposal="armas-act", bill="hr6618-118", decision="no")
    with db.reading(snapshot_engine) as session:
        row = session.get_one(Kinship, ("armas-act", "hr6618-118"))
        assert (row.state, row.decided_by) == ("rejected", "organizer@example.org")
        assert audit.entries(session, act="kin rejected")
    assert "Sara Jacobs" not in staff.get("/organize/lists?bill=hr6736-119&list=ask_again").text


def test_one_click_follows_a_suggested_bill_and_reads_it(staff: FlaskClient, snapshot_engine: Engine) -> None:
    with db.writing(snapshot_engine) as session:
        session.add(Bill(id="hr9100-119", congress=119, type="hr", number=9100, title="ARMAS Act of 2026"))
        session.flush()
        reasons = {"reason_en": "Same sponsor.", "reason_es": "Mismo patrocinador."}
        session.add(Kinship(proposal="armas-act", bill="hr9100-119", score=0.9, **reasons))
    assert "1 suggested bill waits for you to decide" in staff.get("/organize/").text
    assert "Same sponsor. 90%" in text_of(staff.get("/organize/words").text)
    send(staff, "/organize/words/kin", proposal="armas-act", bill="hr9100-119", decision="yes")
    assert "waits for you to decide" not in staff.get("/organize/").text
    with db.reading(snapshot_engine) as session:
        assert session.get_one(Tracking, "hr9100-119").until is None
        assert [request.bill for request in poll_requests.pending(session)] == ["hr9100-119"]


# --- the system ---


def test_the_system_page_tells_what_happens_and_shows_no_key(
    app: Flask, staff: FlaskClient, snapshot_engine: Engine, now
) -> None:
    with db.writing(snapshot_engine) as session:
        row = session.get_one(Tracking, "hr6736-119")
        row.problem, row.problem_since = "co-sponsors: 20 rows where 29 are announced", now
        session.add(row)
    shown = text_of(staff.get("/organize/system").text)
    assert "20 rows where 29 are announced" in shown
    assert "Key for api.congress.gov: not set" in shown
    asked = text_of(send(staff, "/organize/system/poll").text)
    assert "The background service will check within a minute." in asked
    assert "A check was already requested." in text_of(send(staff, "/organize/system/poll").text)


def test_a_key_is_said_to_be_set_and_never_shown(snapshot_engine: Engine, clock: None) -> None:
    secret = "only-Congress-and-we-know-this-key"
    settings = Settings(
        secret_key="for tests only, long enough to be one", geocoder_url="", congress_api_key=secret
    )
    staff = sign_in(create_app(settings, engine=snapshot_engine).test_client(), snapshot_engine, "admin")
    for path in ("system", "users", "account", "log", ""):
        page = staff.get(f"/organize/{path}").text
        assert secret not in page
        assert "for tests only" not in page
    assert "Key for api.congress.gov: set" in text_of(staff.get("/organize/system").text)


# --- cost ---


@contextmanager
def counted(engine: Engine) -> Iterator[Callable[[], int]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(sent)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def busy_engine(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A campaign with much to show, for tests that only look."""
    now = datetime(2026, 6, 20, 15, tzinfo=UTC)
    with copy_of(snapshot_template, tmp_path_factory.mktemp("busy")) as engine:
        with db.writing(engine) as session:
            for row in whip.board(session, session.get_one(Bill, BILL), now=now)[:60]:
                values = {"lean": "likely", "next_step": "call", "next_on": "2026-06-01"}
                whip.save(session, BILL, row.person.bioguide, values, version=0, by="x", now=now)
                session.add(joined_now(row.person.bioguide, now))
            for n in range(20):
                users.add(session, f"u{n}@example.org", "viewer", now=now)
        yield engine


def newcomer(engine: Engine) -> FlaskClient:
    """An organizer of an app that has reckoned nothing yet."""
    app = create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine)
    return sign_in(app.test_client(), engine, "organizer")


@pytest.mark.parametrize(
    ("path", "most"), [("", 62), ("lists", 34), ("board", 20), ("bills/hr6736-119", 40), ("system", 26)]
)
def test_a_page_asks_as_many_questions_whatever_it_shows(
    desk_engine: Engine, busy_engine: Engine, clock: None, path: str, most: int
) -> None:
    few, many = (questions(newcomer(engine), engine, path) for engine in (desk_engine, busy_engine))
    assert many <= few + 1 <= most


@pytest.mark.parametrize(("path", "most"), [("", 34), ("lists", 21), ("board", 18)])
def test_what_was_reckoned_once_is_not_asked_for_again_while_the_record_stands(
    staff: FlaskClient, snapshot_engine: Engine, path: str, most: int
) -> None:
    first = questions(staff, snapshot_engine, path)
    again = questions(staff, snapshot_engine, path)
    assert again < first
    assert again <= most


def test_a_reading_shows_at_once_on_a_page_seen(staff: FlaskClient, snapshot_engine: Engine, now) -> None:
    assert "27 co-sponsors who can vote" in text_of(staff.get("/organize/").text)
    assert "Sara Jacobs" in staff.get("/organize/lists?list=ask_again").text
    with db.writing(snapshot_engine) as session:
        session.add(Cosponsorship(bill=BILL, bioguide=JACOBS, joined=now.date()))
        session.add(joined_now(JACOBS, now))
    assert "28 co-sponsors who can vote" in text_of(staff.get("/organize/").text)
    assert "Sara Jacobs" not in staff.get("/organize/lists?list=ask_again").text


def questions(staff: FlaskClient, engine: Engine, path: str) -> int:
    with counted(engine) as asked:
        assert staff.get(f"/organize/{path}").status_code == 200
        return asked()


def test_the_sign_in_form_of_another_language_signs_in_too(app: Flask) -> None:
    page = app.test_client().get("/es/organize/sign-in").text
    assert 'lang="es"' in page
    assert 'action="/es/organize/sign-in"' in page
    assert post(app.test_client(), "/es/organize/sign-in", email="x@example.org").status_code == 200
