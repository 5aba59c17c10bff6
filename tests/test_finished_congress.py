"""A bill of a finished Congress, from GovInfo to every page: history, and never something to ask for."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import copies
import finished_bills
import pytest
import time_machine
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import select
from standin import Standin, World, joined, serve
from standin.people import anybody

from campaign import db
from campaign.app import create_app
from campaign.cli import main
from campaign.congress import ledger
from campaign.congress.models import Bill, RecordedVote
from campaign.congress.passages import outcome, tally_of
from campaign.mailing.edition import digest, news
from campaign.mailing.edition.digest import Group
from campaign.organizing import dashboard
from campaign.outreach import asks
from campaign.proposals.models import Proposal
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
MERIDA, LAW, AGREED, REJECTED = "hr6028-110", "s9001-108", "hres9002-109", "hres9003-109"
CASTRO = "C001091"
OUTCOME = "Passed the House, 311 to 106, on June 10, 2008; expired with the 110th Congress, January 3, 2009"
RESULTADO = (
    "Aprobado por la Cámara de Representantes, 311 votos a 106, el 10 de junio de 2008; "
    "venció con el 110.º Congreso, el 3 de enero de 2009"
)
# What a page, mail or script asks of a member.
ASKING = re.compile(
    r"co-sponsor of the next version|first co-sponsors|Ask your members|[Ii]ntroduce .{0,40}again"
)


def finished() -> World:
    made = (
        finished_bills.passed_the_house(),
        finished_bills.became_law(),
        finished_bills.was_agreed_to(),
        finished_bills.was_rejected(),
    )
    return World(bills={record.id: record for record in made})


@pytest.fixture
def govinfo() -> Iterator[Standin]:
    with serve(finished()) as running:
        yield running


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Operator:
    def __init__(self, source: Standin, engine: Engine) -> None:
        self.engine = engine
        self.env: dict[str, str | None] = {
            "CAMPAIGN_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "CAMPAIGN_GOVINFO_URL": f"{source.url}/govinfo",
            "CAMPAIGN_SECRET_KEY": "x" * 40,
            "CAMPAIGN_CONGRESS_API_KEY": "",
            "LC_ALL": None,
            "LC_MESSAGES": None,
        }

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, list(words), env=self.env)

    def json(self, *words: str) -> Any:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def client(self) -> FlaskClient:
        return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=self.engine).test_client()


@pytest.fixture
def operator(govinfo: Standin, loaded_engine: Engine, clock: None) -> Operator:
    """The shipped campaign beside a GovInfo with bills of finished Congresses."""
    return Operator(govinfo, loaded_engine)


def words(page: str) -> str:
    """What the main part of a page says."""
    main_part = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main_part)))


def outcomes(engine: Engine, bill: str) -> tuple[str, str]:
    with db.reading(engine) as session:
        record = ledger.current(session, bill, now=NOW)
        return outcome(record, "en"), outcome(record, "es")


def alone(engine: Engine, bill: str) -> None:
    """Make a proposal of this bill only, in the shipped campaign."""
    with db.writing(engine) as session:
        session.add(
            Proposal(
                slug="merida", campaign="us-guns-abroad", name_en="Merida", name_es="Mérida", position=9,
                summary_en="An old bill.", summary_es="Un proyecto antiguo.",
            )
        )  # fmt: skip


# --- reading it ------------------------------------------------------------------------------------


def test_it_is_tracked_and_polled_from_govinfo(operator: Operator) -> None:
    assert operator.json("track", MERIDA)["title"].startswith("Merida Initiative")
    polled = operator.json("poll", "--bill", MERIDA, "--source", "govinfo")
    assert (polled["complete"], polled["failed"]) == (1, {})
    shown = operator.json("bill", MERIDA)
    known = {name: shown[name] for name in ("congress", "stage", "sponsor", "introduced", "outcome", "partial")}
    assert known == {
        "congress": 110, "stage": "died", "sponsor": "B000410", "introduced": "2008-05-13", "outcome": OUTCOME,
        "partial": "",
    }  # fmt: skip


def test_the_older_schema_tells_the_same(operator: Operator, govinfo: Standin) -> None:
    govinfo.world.fixed[finished_bills.OLD_PATH] = 200, "application/xml", finished_bills.OLD_SCHEMA
    operator.json("track", MERIDA)
    assert outcomes(operator.engine, MERIDA) == (OUTCOME, RESULTADO)
    with db.reading(operator.engine) as session:
        record = ledger.current(session, MERIDA, now=NOW)
        refers = session.exec(select(RecordedVote)).all()
    assert (record.sponsor, [row.committee for row in record.referrals]) == ("B000410", ["HSFA"])
    assert len(record.actions) == 4
    # The older schema has recorded votes beside the actions.
    assert [(row.bill, row.chamber, row.session, row.number) for row in refers] == [(MERIDA, "house", 2, 393)]


@pytest.mark.parametrize(
    ("bill", "en", "es"),
    [
        (LAW, "Became law on July 2, 2003", "Se convirtió en ley el 2 de julio de 2003"),
        (
            AGREED,
            "Agreed to by the House, 225 to 187, on February 14, 2005",
            "Aprobada por la Cámara de Representantes, 225 votos a 187, el 14 de febrero de 2005",
        ),
        (REJECTED, "Rejected on February 15, 2005", "Rechazado el 15 de febrero de 2005"),
    ],
)
def test_each_measure_is_told_by_what_became_of_it(operator: Operator, bill: str, en: str, es: str) -> None:
    operator.json("track", bill)
    assert outcomes(operator.engine, bill) == (en, es)
    assert en in words(operator.client().get(f"/bills?q={bill.partition('-')[0]}", follow_redirects=True).text)


@pytest.mark.parametrize(
    ("text", "tally"),
    [
        ("Agreed to by the Yeas and Nays: (2/3 required): 311 - 106 (Roll no. 393).", (311, 106)),
        ("On passage Passed by recorded vote: 250 - 170 (Roll no. 7).", (250, 170)),
        ("Passed Senate without amendment by Yea-Nay Vote. 60 - 38. Record Vote Number: 12.", (60, 38)),
        ("Passed Senate without amendment by Unanimous Consent.", None),
        ("Agreed to by voice vote. (text: CR H1145-1151)", None),
    ],
)
def test_a_tally_is_read_only_where_votes_were_counted(text: str, tally: tuple[int, int] | None) -> None:
    assert tally_of(text) == tally


def test_no_source_has_the_107th(operator: Operator, govinfo: Standin) -> None:
    for words_typed in (("track", "hr1-107"), ("track", "--congress", "107")):
        refused = operator.run(*words_typed)
        assert refused.exit_code == 2
        assert "108" in refused.stderr
    assert "H.R. 1 of the 107th Congress can’t be tracked" in operator.run("track", "hr1-107").stderr
    polled = operator.run("poll", "--bill", "hr1-107", "--source", "govinfo")
    assert (polled.exit_code, "before the 108th Congress" in polled.stderr) == (1, True)
    assert govinfo.asked() == []
    with db.reading(operator.engine) as session:
        assert session.exec(select(Bill.id).where(Bill.congress == 107)).all() == []


# --- as an earlier version of a bill that lives ----------------------------------------------------


ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=ENGINES)
def confirmed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """The shipped campaign with it as an earlier version, one for all tests that only read it."""
    with ExitStack() as stack:
        govinfo = stack.enter_context(serve(finished()))
        if request.param == "sqlite":
            template = request.getfixturevalue("snapshot_template")
            copied = copies.copy_of(template, tmp_path_factory.mktemp("finished"))
        else:
            copied = copies.postgres_copy_of(request.getfixturevalue("postgres_snapshot_template"))
        operator = Operator(govinfo, stack.enter_context(copied))
        with time_machine.travel(NOW, tick=False):
            operator.json("track", MERIDA)
            operator.json("lineage", "confirm", "armas-act", MERIDA)
        yield operator


@pytest.fixture
def earlier_version(confirmed: Operator, clock: None) -> Operator:
    return confirmed


@pytest.mark.parametrize(("lang", "said"), [("", OUTCOME), ("/es", RESULTADO)])
def test_its_page_and_its_proposal_tell_how_it_came_out(
    earlier_version: Operator, lang: str, said: str
) -> None:
    client = earlier_version.client()
    page = words(client.get(f"{lang}/bills/{MERIDA}").text)
    assert f"H.R. 6028: {said}." in page
    assert not ASKING.search(page)
    assert "H.R. 6736" in page
    with db.reading(earlier_version.engine) as session:
        proposal = session.get_one(Proposal, "armas-act")
    # What the proposal would do is said of the bill that lives, not of this one.
    assert (proposal.summary_es if lang else proposal.summary_en) not in page
    assert f"{said}." in words(client.get(f"{lang}/proposals/armas-act").text)


def test_search_leads_to_it(earlier_version: Operator) -> None:
    client = earlier_version.client()
    for typed in ("/bills?q=H.R.+6028", "/bills?q=hr6028-110", "/search?q=H.R.+6028"):
        assert client.get(typed).headers["Location"].endswith(f"/bills/{MERIDA}")


def test_the_api_gives_its_passage(earlier_version: Operator) -> None:
    client = earlier_version.client()
    shown = client.get(f"/api/v1/bills/{MERIDA}").json
    assert shown is not None
    assert (shown["congress"], shown["stage"], shown["stage_since"]) == (110, "died", "2009-01-03")
    assert shown["passages"] == [{"chamber": "house", "date": "2008-06-10", "yeas": 311, "nays": 106}]
    listed = client.get("/api/v1/bills").json
    assert listed is not None
    assert MERIDA in [bill["bill"] for bill in listed["bills"]]


def test_it_is_no_news(earlier_version: Operator) -> None:
    client = earlier_version.client()
    for address in ("/", "/es/", "/feeds/changes.json", "/feeds/changes.atom"):
        assert "6028" not in client.get(address).text


def test_nobody_is_asked_for_it(earlier_version: Operator) -> None:
    """A script for it is one for the bill that continues it; its worklist holds only who was on it."""
    said = earlier_version.run("script", "--bill", MERIDA, "--member", CASTRO).stdout
    assert "H.R. 6736" in said
    assert "6028" not in said
    lists = earlier_version.json("worklist", MERIDA)
    assert (lists["ended"], lists["gone"], lists["was_on"]) == (True, ["B000410"], [])
    assert lists["new_members"] == lists["successors"] == lists["not_listed_yet"] == []
    living = earlier_version.json("worklist", "hr6736-119")
    assert "B000410" not in json.dumps(living)


# --- by itself -------------------------------------------------------------------------------------


def test_by_itself_it_is_shown_and_nothing_is_asked(operator: Operator) -> None:
    operator.json("track", MERIDA)
    refused = operator.run("script", "--bill", MERIDA, "--member", CASTRO)
    assert (refused.exit_code, "nothing to ask Joaquin Castro about H.R. 6028" in refused.stderr) == (2, True)
    page = words(operator.client().get(f"/bills/{MERIDA}").text)
    assert OUTCOME in page
    assert "It had no co-sponsors." in page
    assert not ASKING.search(page)


def test_a_proposal_of_it_alone_is_history(operator: Operator) -> None:
    operator.json("track", MERIDA)
    alone(operator.engine, MERIDA)
    operator.json("lineage", "confirm", "merida", MERIDA)
    client = operator.client()
    for address in ("/proposals/merida", "/es/proposals/merida"):
        page = words(client.get(address).text)
        assert not ASKING.search(page)
        assert ("For now it is history" in page) or ("Por ahora es historia" in page)
    for address in ("/act/TX-20", f"/act/TX-20?member={CASTRO}", f"/act/TX-20/letter?member={CASTRO}"):
        text = words(client.get(address).text)
        assert "ARMAS" in text
        assert not re.search(r"Merida|6028", text)
    with db.reading(operator.engine) as session:
        whole = asks.campaign_asks(session, now=NOW, campaign="us-guns-abroad")
    assert [matter.history for matter in whole.matters] == [False, False, True]


def test_a_bill_of_the_last_congress_is_still_asked_back(operator: Operator) -> None:
    """The same proposal in the first weeks of the 111th Congress, when it has just ended."""
    operator.json("track", MERIDA)
    alone(operator.engine, MERIDA)
    operator.json("lineage", "confirm", "merida", MERIDA)
    with db.reading(operator.engine) as session:
        then = asks.campaign_asks(session, now=datetime(2009, 2, 1, tzinfo=UTC), campaign="us-guns-abroad")
        later = asks.campaign_asks(session, now=datetime(2011, 2, 1, tzinfo=UTC), campaign="us-guns-abroad")
    assert [matter.history for matter in (then.matters[-1], later.matters[-1])] == [False, True]


@pytest.mark.parametrize(
    ("lang", "quiet", "deed"),
    [
        ("en", "There is nothing to ask for right now.", "Read how far it came, and who supported it."),
        ("es", "Por ahora no hay nada que pedir.", "Lea hasta dónde llegó y quiénes lo apoyaron."),
    ],
)
def test_mail_to_who_follows_it_alone_asks_for_nothing(
    operator: Operator, lang: str, quiet: str, deed: str
) -> None:
    operator.json("track", MERIDA)
    alone(operator.engine, MERIDA)
    operator.json("lineage", "confirm", "merida", MERIDA)
    with db.reading(operator.engine) as session:
        gathered = news.gather(session, "us-guns-abroad", since_seq=0, now=NOW)
    page = digest.page(gathered, Group(lang, "TX-20", ("merida",)), base_url="https://x")
    assert page.quiet.endswith(quiet)
    assert (page.deed.sentence, page.deed.scripted, page.deed.phone) == (deed, False, "")
    assert page.deed.url == f"https://x{'/es' if lang == 'es' else ''}/proposals/merida"
    assert all(not member.lines for member in page.members)
    whole = digest.page(gathered, Group(lang, "TX-20"), base_url="https://x")
    assert "6028" not in repr(whole)


# --- who was on it ---------------------------------------------------------------------------------


def test_nobody_is_said_to_have_left_where_no_term_is_known(operator: Operator, govinfo: Standin) -> None:
    govinfo.world.bills[MERIDA].cosponsors = [
        joined(anybody(1), "2008-05-20"),
        joined(anybody(2), "2008-05-21"),
    ]
    operator.json("track", MERIDA)
    client = operator.client()
    page = words(client.get(f"/bills/{MERIDA}").text)
    assert "We have no dates of office for 2 of them" in page
    assert "left this chamber before the bill expired" not in page
    assert "could vote in this chamber when the bill expired" not in page
    assert "Example001" in page
    assert "No tenemos las fechas del cargo de 2" in words(client.get(f"/es/bills/{MERIDA}").text)
    with db.reading(operator.engine) as session:
        summary = dashboard.bill_summary(session, MERIDA, now=NOW)
    assert (summary.undated, summary.counts.listed) == (2, 2)
