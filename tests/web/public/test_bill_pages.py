"""A bill's page tells its way and its names as the record holds them, whatever kind of measure it is."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from campaign import db
from campaign.app import create_app
from campaign.congress.models import Action, Bill, Change, CommitteeSeat, Cosponsorship
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
INTRODUCED = ("2025-12-16", "Introduced in House", "1000")
REFERRED = ("2025-12-16", "Referred to the House Committee on Foreign Affairs.", "H11100")
REJECTED = (
    "2026-02-03",
    "On agreeing to the resolution Failed by recorded vote: 180 - 240.",
    "H37100 9000",
)
TO_STATES = "Proposing an amendment to the Constitution of the United States to limit terms."


def client_of(engine: Engine) -> FlaskClient:
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=engine).test_client()


def put(engine: Engine, bill: str, title: str, *lines: tuple[str, str, str]) -> None:
    """A measure as a whole reading would leave it."""
    name, congress = bill.split("-")
    kind = name.rstrip("0123456789")
    with db.writing(engine) as session:
        session.add(
            Bill(
                id=bill, congress=int(congress), type=kind, number=int(name.removeprefix(kind)), title=title,
                observed_at=NOW, observed_source="api", introduced=date(2025, 12, 16),
            )
        )  # fmt: skip
        session.flush()
        for position, (day, text, codes) in enumerate(lines):
            session.add(
                Action(
                    bill=bill, fingerprint=str(position), acted=date.fromisoformat(day), text=text,
                    codes=codes, position=position,
                )
            )  # fmt: skip


def steps(page: str) -> dict[str, str]:
    """Every step of the stage line as it is read, with its state."""
    line = page.partition('<ol class="stages">')[2].partition("</ol>")[0]
    found = re.findall(r'(?s)<li class="(\w+)"[^>]*>([^<]+)', line)
    return {unescape(label).strip(): state for state, label in found}


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def test_a_resolution_that_was_rejected_was_not_agreed_to(sqlite_engine: Engine, clock: None) -> None:
    put(sqlite_engine, "hres5-119", "A resolution", INTRODUCED, REFERRED, REJECTED)
    page = client_of(sqlite_engine).get("/bills/hres5-119").text
    assert steps(page) == {
        "Introduced": "done", "In committee": "done", "Out of committee": "skipped", "Rejected": "now",
    }  # fmt: skip
    assert "Agreed to" not in words(page)


def test_a_concurrent_resolution_needs_the_other_chamber(sqlite_engine: Engine, clock: None) -> None:
    passed = ("2026-01-20", "On agreeing to the resolution Agreed to without objection.", "H37100 8000")
    put(sqlite_engine, "hconres9-119", "A resolution", INTRODUCED, REFERRED, passed)
    shown = steps(client_of(sqlite_engine).get("/bills/hconres9-119").text)
    assert shown["Passed the House"] == "now"
    assert shown["Agreed to"] == "ahead"


def test_an_amendment_of_the_constitution_goes_to_the_states(sqlite_engine: Engine, clock: None) -> None:
    put(sqlite_engine, "hjres7-119", TO_STATES, INTRODUCED, REFERRED)
    shown = steps(client_of(sqlite_engine).get("/es/bills/hjres7-119").text)
    assert list(shown)[-1] == "Enviado a los estados"
    assert not {"Ley", "Enviado al presidente"} & set(shown)


def test_a_committee_that_never_had_the_bill_is_not_called_done(sqlite_engine: Engine, clock: None) -> None:
    passed = ("2026-01-20", "Introduced in the Senate, read twice, considered, and passed.", "17000 10000")
    put(sqlite_engine, "s9001-119", "A bill", passed)
    page = client_of(sqlite_engine).get("/bills/s9001-119").text
    assert steps(page)["In committee"] == "skipped"
    assert "skipped" in words(page)


def test_nothing_lies_ahead_of_a_dead_bill(snapshot_engine: Engine) -> None:
    with time_machine.travel(datetime(2027, 1, 5, tzinfo=UTC), tick=False):
        page = client_of(snapshot_engine).get("/bills/hr6736-119").text
    assert set(steps(page).values()) == {"done", "now", "closed"}
    assert "Expired when its Congress ended. Its Congress ended before the work was done" in words(page)


def test_texts_that_differ_are_not_called_passed(sqlite_engine: Engine, clock: None) -> None:
    both = (
        ("2026-01-20", "On passage Passed by the Yeas and Nays: 300 - 100.", "H37100 8000"),
        ("2026-02-20", "Passed Senate with an amendment by Unanimous Consent.", "17000"),
    )
    put(sqlite_engine, "hr9900-119", "A bill", INTRODUCED, REFERRED, *both)
    assert "in different forms" in words(client_of(sqlite_engine).get("/bills/hr9900-119").text)


MARKUP = "Sponsor remarks <script>alert(1)</script> & <a href='https://example.org'>Congressional Record</a>"


def test_markup_inside_a_line_of_history_stays_text(sqlite_engine: Engine, clock: None) -> None:
    put(sqlite_engine, "hr9901-119", MARKUP, (INTRODUCED[0], MARKUP, ""))
    with db.writing(sqlite_engine) as session:
        session.add(
            Change(
                bill="hr9901-119",
                kind="action",
                happened=date(2026, 1, 2),
                detail={"text": MARKUP},
                seen_at=NOW,
            )
        )
    page = client_of(sqlite_engine).get("/bills/hr9901-119").text
    assert "<script>alert" not in page
    assert "example.org'" not in re.sub("&[^;]+;", "", page).replace(MARKUP, "")
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; ") >= 2


@pytest.fixture
def doubtful(snapshot_copy: Engine, clock: None) -> FlaskClient:
    """S. 3508 with a withdrawal seen once, one taken back once, and a name that the newest list lacks."""
    with db.writing(snapshot_copy) as session:
        rows = session.exec(
            select(Cosponsorship).where(Cosponsorship.bill == "s3508-119").order_by(col(Cosponsorship.bioguide))
        ).all()
        rows[0].claim = "2026-05-20"
        rows[1].withdrawn, rows[1].claim = date(2026, 4, 2), "none"
        rows[2].missing_since = NOW
    return client_of(snapshot_copy)


def test_what_is_not_sure_yet_is_said_so(doubtful: FlaskClient) -> None:
    page = words(doubtful.get("/bills/s3508-119").text)
    assert "Listed by Congress 4" in page
    assert "Congress lists a withdrawal on May 20, 2026. We are checking it." in page
    assert "Congress no longer lists this withdrawal. We are checking it." in page
    assert "Missing from the list of June 20, 2026. No withdrawal is on record, so we still count them." in page


def test_what_is_not_sure_today_is_no_part_of_a_past_day(doubtful: FlaskClient) -> None:
    page = words(doubtful.get("/bills/s3508-119?on=2026-05-01").text)
    assert "confirmed" not in page
    assert "Not in the list" not in page


def test_a_dead_number_leads_on_with_a_button(client: FlaskClient) -> None:
    page = client.get("/bills?q=H.R.+8427").text
    assert "It has expired. Its current version is H.R. 923." in words(page).replace("\xa0", " ")
    assert re.search(r'<a class="button" href="/bills/hr923-119">Go to H\.R\.\s923</a>', page)
    dead = client.get("/bills/hr8427-118").text
    assert re.search(r'<a class="button" href="/bills/hr923-119">Go to H\.R\.\s923</a>', dead)


# --- what is said of votes, committees and Congress's words ----------------------------------------


@pytest.mark.parametrize(
    ("bill", "moment", "on", "words_shown"),
    [
        ("hr6736-119", "2026-06-20", "", "of them can vote on it today"),
        ("hr6736-119", "2026-06-20", "2026-02-01", "of them could vote on it that day"),
        ("hr6736-119", "2027-01-05", "", "of them could vote in this chamber when the bill expired"),
        ("hr6618-118", "2026-06-20", "", "of them could vote in this chamber when the bill expired"),
    ],
)
def test_only_a_bill_before_its_chamber_can_be_voted_on(
    snapshot_engine: Engine, bill: str, moment: str, on: str, words_shown: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(f"{moment}T15:00Z"), tick=False):
        client = create_app(Settings(secret_key="x" * 40), engine=snapshot_engine).test_client()
        shown = words(client.get(f"/bills/{bill}", query_string={"on": on} if on else {}).text)
    assert words_shown in shown
    if "sit and vote" in words_shown:
        assert "vote on it" not in shown


def test_a_spanish_page_names_committees_and_first_days_in_spanish(client: FlaskClient) -> None:
    page = client.get("/es/bills/hr6736-119").text
    assert "Comité de Asuntos Exteriores de la Cámara" in page
    assert "House Committee on Foreign Affairs" not in page.split('id="stage"')[1].split("</section>")[0]
    assert "Introduced in House" not in page
    english = client.get("/bills/hr6736-119").text
    assert "House Committee on Foreign Affairs" in english


def test_hours_in_english_say_so_on_a_spanish_page(client: FlaskClient) -> None:
    spanish = client.get("/es/act/OK-5/offices?member=B000740").text
    assert 'Horario: <span lang="en">By appointment only</span>' in spanish
    assert (
        "Office hours: <span>By appointment only</span>" in client.get("/act/OK-5/offices?member=B000740").text
    )


@pytest.mark.parametrize(
    ("lang", "heading", "before"),
    [("", "In this Congress (the 119th, until January 3, 2027)", "In earlier Congresses"),
     ("/es", "En este Congreso (el 119.º, hasta el 3 de enero de 2027)", "En Congresos anteriores")],
)  # fmt: skip
def test_a_proposal_heads_its_bills_by_their_time(
    client: FlaskClient, lang: str, heading: str, before: str
) -> None:
    page = words(client.get(f"{lang}/proposals/armas-act").text)
    assert page.index(heading) < page.index(before)
    assert "Expired when its Congress ended since" not in page
    assert "su Congreso desde" not in page


def test_committees_that_are_not_named_yet_are_said_to_be_that(
    client: FlaskClient, snapshot_copy: Engine, now: datetime
) -> None:
    says = "this Congress has not named its members yet"
    assert says not in client.get("/bills/hr6736-119").text
    with db.writing(snapshot_copy) as session:
        session.execute(sa.update(CommitteeSeat).values(congress=118))
    with time_machine.travel(now, tick=False):
        later = create_app(Settings(secret_key="k" * 40), engine=snapshot_copy).test_client()
        assert says in later.get("/bills/hr6736-119").text
        assert says not in later.get("/bills/hr6618-118").text


@pytest.mark.parametrize(
    ("lang", "says"),
    [("", "first seen June 19, 2026"), ("/es", "visto por primera vez el 19 de junio de 2026")],
)
def test_what_is_seen_in_the_evening_is_dated_with_washingtons_day(
    sqlite_engine: Engine, lang: str, says: str
) -> None:
    put(sqlite_engine, "hr9-119", "An Act", INTRODUCED)
    with db.writing(sqlite_engine) as session:
        seen = datetime(2026, 6, 20, 1, 30, tzinfo=UTC)
        session.add(Change(bill="hr9-119", kind="title", detail={"to": "A new title"}, seen_at=seen))
    with time_machine.travel(NOW, tick=False):
        assert says in client_of(sqlite_engine).get(f"{lang}/bills/hr9-119").text
