"""After and around a call: offices, both languages, how it went, reminders; nothing of a caller kept."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.engine import Engine
from sqlmodel import select
from werkzeug.test import TestResponse

from campaign import db
from campaign.app import create_app
from campaign.organizing.cache import ResultCache
from campaign.outreach import outcomes
from campaign.outreach.models import CallCount, CallTotal
from campaign.settings import Settings
from campaign.web.core import served

MONDAY_NOON = datetime(2026, 6, 22, 16, 0, tzinfo=UTC)
CRUZ = {"member": "C001098", "bill": "s367-119"}
KEY = "a key for tests only, thirty-two long"
many = settings(max_examples=cases(40))


@pytest.fixture(scope="module")
def engine_of_calls(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/ in a database that these tests write to."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("calls")) as engine:
        yield engine


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(MONDAY_NOON, tick=False):
        yield


@pytest.fixture(scope="module")
def computed(engine_of_calls: Engine) -> ResultCache:
    """What pages compute of the record, which no call changes: anew it would be half of an app's first page."""
    return ResultCache(engine_of_calls, served.MOST_COMPUTED)


@pytest.fixture
def app(engine_of_calls: Engine, computed: ResultCache, noon: None) -> Flask:
    with db.writing(engine_of_calls) as session:
        for row in (*session.exec(select(CallCount)), *session.exec(select(CallTotal))):
            session.delete(row)
    app = create_app(Settings(secret_key=KEY, geocoder_url=""), engine=engine_of_calls)
    app.extensions[served.COMPUTED] = computed
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def form_token(page: TestResponse) -> str:
    found = re.search('name="once" value="([^"]+)"', page.text)
    assert found
    return found[1]


def once(client: FlaskClient, address: str = "/act/TX-20") -> str:
    return form_token(client.get(address, query_string=CRUZ))


def report(client: FlaskClient, result: str, word: str, address: str = "/act/TX-20/called") -> TestResponse:
    form = {**CRUZ, "office": "washington", "result": result, "once": word}
    return client.post(address, data=form, follow_redirects=True)


def told(client: FlaskClient, page: TestResponse, said: str) -> TestResponse:
    """Say on the page after a report what the office said."""
    found = re.search('name="done" value="([^"]+)"', page.text)
    assert found
    form = {name: page.request.args[name] for name in ("member", "bill")}
    return client.post(page.request.path, data={**form, "done": found[1], "said": said}, follow_redirects=True)


def undone(client: FlaskClient, page: TestResponse, address: str = "/act/TX-20/called") -> TestResponse:
    found = re.search('name="undo" value="([^"]+)"', page.text)
    assert found
    return client.post(address, data={**CRUZ, "undo": found[1]}, follow_redirects=True)


def counted(engine: Engine) -> dict[tuple[str, str], int]:
    with db.reading(engine) as session:
        return {(row.outcome, row.said): row.count for row in session.exec(select(CallCount)) if row.count}


def text_of(response: TestResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text.split("<main")[1]).split())


def test_a_call_is_counted_once_and_leads_on(client: FlaskClient, engine_of_calls: Engine) -> None:
    word = once(client)
    for _ in range(2):
        answer = report(client, "talked", word)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Thank you. That call counts." in text_of(answer)
        assert "Next: Joaquin Castro" in text_of(answer)
    assert counted(engine_of_calls) == {("talked", ""): 1}
    # Going back and loading again shows the report and sends none.
    again = client.get(answer.request.path, query_string=answer.request.query_string.decode())
    assert "Thank you. That call counts." in text_of(again)
    assert counted(engine_of_calls) == {("talked", ""): 1}


def test_a_report_can_be_taken_back_once(client: FlaskClient, engine_of_calls: Engine) -> None:
    answer = report(client, "voicemail", once(client))
    back = undone(client, answer)
    assert "Undone." in text_of(back)
    assert counted(engine_of_calls) == {}
    again = undone(client, answer, "/es/act/TX-20/called")
    assert again.status_code == 410
    assert "Ese tiempo ya pasó" in text_of(again)
    # The page of an undone report is the form again, and a new report counts.
    report(client, "not_reached", once(client))
    assert counted(engine_of_calls) == {("not_reached", ""): 1}


def test_not_reached_offers_the_next_office_the_letter_and_a_reminder(client: FlaskClient) -> None:
    answer = report(client, "not_reached", once(client))
    assert "Try the San Antonio office" in text_of(answer)
    assert "office=C001098-san_antonio#report" in answer.text
    assert "kind=voicemail" in answer.text
    assert "/act/TX-20/letter?member=C001098" in answer.text
    assert "/act/TX-20/reminder.ics?member=C001098" in answer.text


@pytest.mark.parametrize(("lang", "words"), [("", "has expired"), ("/es", "venció")])
@pytest.mark.parametrize("word", ["", "forged", "x" * 5000])
def test_a_form_not_made_here_counts_nothing(
    client: FlaskClient, engine_of_calls: Engine, lang: str, words: str, word: str
) -> None:
    answer = report(client, "voicemail", word, f"{lang}/act/TX-20/called")
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert counted(engine_of_calls) == {}


def test_no_choice_is_asked_for_again(client: FlaskClient, engine_of_calls: Engine) -> None:
    answer = report(client, "", once(client))
    assert answer.status_code == 400
    assert "choose how the call went" in text_of(answer)
    assert counted(engine_of_calls) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ],
)
def test_reports_from_other_sites_are_refused(
    client: FlaskClient, engine_of_calls: Engine, headers: dict[str, str]
) -> None:
    form = {**CRUZ, "result": "voicemail", "once": once(client)}
    assert client.post("/act/TX-20/called", data=form, headers=headers).status_code == 403
    assert counted(engine_of_calls) == {}


def test_more_than_a_connection_can_call_is_not_counted_but_led_on(
    client: FlaskClient, engine_of_calls: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.application.extensions["connections"] = outcomes.ConnectionLimits(most=2)
    statuses = [report(client, "voicemail", once(client)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    last = report(client, "voicemail", once(client))
    assert "did not count this one" in text_of(last)
    assert "Next: Joaquin Castro" in text_of(last)
    assert 'name="undo"' not in last.text
    assert counted(engine_of_calls) == {("voicemail", ""): 2}


def test_no_number_below_five_is_shown(client: FlaskClient) -> None:
    shown = [" reported here" in text_of(report(client, "voicemail", once(client))) for _ in range(6)]
    assert shown == [False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("lang", "words"), [("", "5 calls reported here so far"), ("/es", "5 llamadas registradas aquí")]
)
def test_each_call_for_the_campaign_is_in_the_number_once(client: FlaskClient, lang: str, words: str) -> None:
    """About one bill or all, told bill by bill or not."""
    both = {"member": "C001098", "bill": "us-guns-abroad", "result": "talked"}
    for _ in range(3):
        page = client.post("/act/TX-20/called", data={**both, "once": once(client)}, follow_redirects=True)
        page = told(client, told(client, page, "undecided@s367-119"), "will_join@s3508-119")
    house = {"member": "C001091", "bill": "hr923-119", "result": "voicemail", "once": once(client)}
    client.post("/act/TX-20/called", data=house)
    last = report(client, "voicemail", once(client), f"{lang}/act/TX-20/called")
    assert words in text_of(last)
    assert words in text_of(client.get(f"{lang}/act/TX-20/thanks"))
    assert client.get("/api/v1/calls").json["calls"] == 5
    assert client.get("/api/v1/calls?bill=s367-119").json["calls"] is None


def test_nothing_of_a_caller_is_in_the_database(client: FlaskClient, engine_of_calls: Engine) -> None:
    form = {**CRUZ, "result": "voicemail", "once": once(client)}
    client.post("/act/TX-20/called", data=form, environ_base={"REMOTE_ADDR": "203.0.113.77"})
    path = Path(engine_of_calls.url.database or "")
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"203.0.113.77" not in kept


def test_one_call_for_all_bills_is_counted_for_the_campaign(
    client: FlaskClient, engine_of_calls: Engine
) -> None:
    page = client.get("/act/TX-20/both?member=C001098")
    assert "S. 3508" in text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "S. 367" in text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "bill=us-guns-abroad" in page.text
    form = {"member": "C001098", "bill": "us-guns-abroad", "result": "voicemail", "once": once(client)}
    assert client.post("/act/TX-20/called", data=form, follow_redirects=True).status_code == 200
    with db.reading(engine_of_calls) as session:
        assert session.exec(select(CallCount.about)).all() == ["us-guns-abroad"]


@pytest.mark.parametrize("bill", ["hr923-119", "us-guns-abroad"])
@pytest.mark.parametrize("lang", ["", "/es"])
def test_english_stands_beside_spanish(client: FlaskClient, lang: str, bill: str) -> None:
    page = client.get(f"{lang}/act/TX-20/aloud", query_string={"member": "C001091", "bill": bill})
    assert page.status_code == 200
    for words in ("How can I help you?", "¿En qué puedo ayudarle?", "Hello, I’m", "Hola, soy"):
        assert words in page.text


def test_the_nearest_office_comes_first_and_the_zip_code_is_in_no_address(client: FlaskClient) -> None:
    el_paso = client.post("/act/TX-20/offices", data={"member": "C001056", "zip": "79901"})
    austin = client.post("/act/TX-20/offices", data={"member": "C001056", "zip": "78701"})
    assert el_paso.status_code == austin.status_code == 200
    assert el_paso.headers["Cache-Control"] == "no-store"
    assert text_of(austin).index("Austin") < text_of(austin).index("Dallas")
    assert text_of(el_paso) != text_of(austin)
    assert "zip=" not in el_paso.text


@pytest.mark.parametrize(
    ("lang", "best", "plain"),
    [
        ("", "Best to call now", "Call the office in Washington"),
        ("/es", "La mejor para llamar ahora", "Washington"),
    ],
)
def test_a_closed_office_is_never_the_best_to_call_now(
    client: FlaskClient, lang: str, best: str, plain: str
) -> None:
    address = f"{lang}/act/TX-20/offices?member=C001098"
    assert best in text_of(client.get(address))
    with time_machine.travel(MONDAY_NOON + timedelta(hours=14), tick=False):
        closed = text_of(client.get(address))
    assert best not in closed
    assert plain in closed


@pytest.mark.parametrize(("lang", "words"), [("", "five-digit"), ("/es", "cinco dígitos")])
def test_letters_for_a_zip_code_are_answered_with_the_offices(
    client: FlaskClient, lang: str, words: str
) -> None:
    page = client.post(f"{lang}/act/TX-20/offices", data={"member": "C001098", "zip": "<b>hello"})
    assert page.status_code == 400
    assert words in text_of(page)
    assert "202-224-5922" in page.text
    assert "<b>hello" not in page.text


@pytest.mark.parametrize(("lang", "title"), [("", "Call Senator Cruz"), ("/es", "Llamar al senador Cruz")])
def test_a_reminder_is_ten_oclock_there_on_the_next_working_day(
    client: FlaskClient, lang: str, title: str
) -> None:
    answer = client.get(
        f"{lang}/act/TX-20/reminder.ics", query_string={**CRUZ, "office": "C001098-san_antonio"}
    )
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="call-C001098.ics"'
    event = Calendar.from_ical(answer.data).events[0]
    assert event.start == datetime(2026, 6, 23, 15, 0, tzinfo=UTC)
    assert "210-340-2885" in event["description"]
    assert str(event["url"]).endswith(f"{lang}/act/TX-20?member=C001098&bill=s367-119")
    assert str(event["summary"]).startswith(title)
    assert b"\r\nX-" not in answer.data


@pytest.mark.parametrize("view", ["called", "both", "aloud", "offices", "letter", "reminder.ics"])
def test_pages_about_nobody_lead_to_those_who_speak_for_the_seat(client: FlaskClient, view: str) -> None:
    for lang in ("", "/es"):
        answer = client.get(f"{lang}/act/TX-20/{view}")
        assert (answer.status_code, answer.location) == (303, f"{lang}/act/TX-20")
        assert client.get(f"{lang}/act/TX-20/{view}?member=N000147").status_code == 404
        assert client.get(f"{lang}/act/XX-99/{view}?member=C001098").status_code == 404


def shown_office(page: TestResponse) -> str:
    """The office that a form on this page counts for; its number is the one to dial."""
    found = re.search(r'name="office" value="([\w:-]+)"', page.text)
    assert found
    return found[1]


def kinds_of_office(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [row.office for row in session.exec(select(CallCount)) if row.count]


@pytest.mark.parametrize(
    ("hours", "office", "number", "kind", "counted_as"),
    [
        (0, "C001098:washington", "202-224-5922", "Someone answers", "washington"),
        (5.5, "C001098-san_antonio", "210-340-2885", "Someone answers", "district"),
        (14, "C001098:washington", "202-224-5922", "Voicemail", "washington"),
    ],
    ids=["noon", "closed in Washington, open at home", "night"],
)
def test_the_hour_chooses_office_and_words_and_the_office_shown_is_counted(
    client: FlaskClient,
    engine_of_calls: Engine,
    hours: float,
    office: str,
    number: str,
    kind: str,
    counted_as: str,
) -> None:
    with time_machine.travel(MONDAY_NOON + timedelta(hours=hours), tick=False):
        script = client.get("/act/TX-20", query_string=CRUZ)
        assert re.search(f'aria-current="page">{kind}', script.text)
        assert number in script.text
        assert shown_office(script) == office
        form = {**CRUZ, "office": office, "result": "voicemail", "once": form_token(script)}
        client.post("/act/TX-20/called", data=form)
    assert kinds_of_office(engine_of_calls) == [counted_as]


def test_an_office_of_the_address_is_shown_and_stays_when_it_closes(
    client: FlaskClient, engine_of_calls: Engine
) -> None:
    asked = {**CRUZ, "office": "C001098-san_antonio"}
    for hours in (0, 14):
        with time_machine.travel(MONDAY_NOON + timedelta(hours=hours), tick=False):
            for view in ("", "/aloud", "/called"):
                page = client.get(f"/act/TX-20{view}", query_string=asked)
                assert shown_office(page) == "C001098-san_antonio", view
    unknown = client.get("/act/TX-20", query_string={**CRUZ, "office": "nobody's"})
    assert shown_office(unknown) == "C001098:washington"


@pytest.mark.parametrize(
    ("sent", "kind"), [("washington", "washington"), ("district", "district"), ("", "washington")]
)
def test_forms_of_before_are_still_counted(
    client: FlaskClient, engine_of_calls: Engine, sent: str, kind: str
) -> None:
    form = {**CRUZ, "office": sent, "result": "voicemail", "once": once(client)}
    assert client.post("/act/TX-20/called", data=form).status_code == 303
    assert kinds_of_office(engine_of_calls) == [kind]


JOINING = ["Will co-sponsor", "Undecided", "Won’t co-sponsor", "Didn’t say, or took my message"]


@pytest.mark.parametrize(
    ("seat", "member", "bill", "choices"),
    [
        ("TX-20", "C001091", "hr6736-119", []),
        ("TX-20", "C001091", "us-guns-abroad", []),
        ("DC-0", "N000147", "us-guns-abroad", []),
        ("TX-20", "C001098", "s367-119", JOINING),
        ("TX-20", "C001098", "us-guns-abroad", JOINING * 2),
        ("FL-21", "M001199", "hr6736-119", []),
    ],
    ids=["introduced it", "leads both", "is on both", "may join", "may join both", "chairs the committee"],
)
def test_only_who_may_still_join_is_asked_whether_they_will(
    client: FlaskClient, engine_of_calls: Engine, seat: str, member: str, bill: str, choices: list[str]
) -> None:
    form = {"member": member, "bill": bill, "result": "talked", "once": once(client)}
    page = client.post(f"/act/{seat}/called", data=form, follow_redirects=True)
    assert "That call counts" in text_of(page)
    assert re.findall(r'name="said" value="[^"]+">([^<]+)', page.text) == choices
    asked = bill if bill != "us-guns-abroad" else "hr6736-119"
    if not choices:
        found = re.search('name="undo" value="([^"]+)"', page.text)
        assert found
        refused = {**form, "done": found[1], "said": f"will_join@{asked}"}
        assert client.post(f"/act/{seat}/called", data=refused).status_code == 400
        assert counted(engine_of_calls) == {("talked", ""): 1}


def test_what_the_office_said_is_added_changed_and_undone(client: FlaskClient, engine_of_calls: Engine) -> None:
    page = report(client, "talked", once(client))
    page = told(client, page, "undecided@s367-119")
    assert "Noted: Undecided" in text_of(page)
    assert counted(engine_of_calls) == {("talked", "undecided"): 1}
    page = told(client, page, "will_join@s367-119")
    assert counted(engine_of_calls) == {("talked", "will_join"): 1}
    assert "Undone." in text_of(undone(client, page))
    assert counted(engine_of_calls) == {}


def test_a_call_about_both_bills_is_told_bill_by_bill(client: FlaskClient, engine_of_calls: Engine) -> None:
    both = {"member": "C001098", "bill": "us-guns-abroad", "result": "talked", "once": once(client)}
    page = client.post("/act/TX-20/called", data=both, follow_redirects=True)
    assert "What did they say about the ARMAS Act" in text_of(page)
    call = ("us-guns-abroad", "")
    for said, found in (
        ("undecided@s367-119", {call, ("s367-119", "undecided")}),
        ("will_join@s3508-119", {call, ("s367-119", "undecided"), ("s3508-119", "will_join")}),
    ):
        page = told(client, page, said)
        with db.reading(engine_of_calls) as session:
            rows = [(row.about, row.said) for row in session.exec(select(CallCount)) if row.count]
        assert len(rows) == len(found)
        assert set(rows) == found
    for other in ("undecided@hr923-119", "undecided@us-guns-abroad", "maybe@s367-119", "x", ""):
        assert told(client, page, other).status_code == 400
    undo = re.search('name="undo" value="([^"]+)"', page.text)
    assert undo
    client.post("/act/TX-20/called", data={**both, "undo": undo[1]})
    assert counted(engine_of_calls) == {}


def test_nothing_is_told_of_a_call_that_reached_nobody(client: FlaskClient, engine_of_calls: Engine) -> None:
    page = report(client, "not_reached", once(client))
    undo = re.search('name="undo" value="([^"]+)"', page.text)
    assert undo
    form = {**CRUZ, "done": undo[1], "said": "will_join@s367-119"}
    assert client.post("/act/TX-20/called", data=form).status_code == 400
    assert counted(engine_of_calls) == {("not_reached", ""): 1}


@pytest.mark.parametrize(
    ("seat", "member", "words"),
    [("TX-20", "C001091", "That was the last person on your list."),
     ("DC-0", "N000147", "You have called everyone who represents you.")],
)  # fmt: skip
def test_everyone_was_called_only_where_there_is_one(
    client: FlaskClient, seat: str, member: str, words: str
) -> None:
    form = {"member": member, "office": "washington", "result": "voicemail", "once": once(client)}
    assert words in text_of(client.post(f"/act/{seat}/called", data=form, follow_redirects=True))


@pytest.mark.parametrize("view", ["", "/called", "/letter", "/offices"])
@pytest.mark.parametrize(("lang", "words"), [("", "does not represent TX-20"), ("/es", "no representa ahora")])
def test_of_somebody_else_the_page_leads_to_those_who_do(
    client: FlaskClient, lang: str, words: str, view: str
) -> None:
    page = client.get(f"{lang}/act/TX-20{view}?member=N000147")
    assert page.status_code == 404
    assert words in text_of(page)
    assert f'href="{lang}/act/TX-20"' in page.text


UNTRUE = re.compile(r"[Ee]very name|every one\b|note every call|called everybody|Así empezó|todas las llamadas")


@pytest.mark.parametrize("lang", ["", "/es"])
def test_no_page_around_a_call_says_what_nobody_knows(client: FlaskClient, lang: str) -> None:
    word = once(client)
    pages = [client.get(f"{lang}/act/TX-20{view}", query_string=CRUZ) for view in ("", "/called", "/letter")]
    pages += [client.get(f"{lang}/act/TX-20"), client.get(f"{lang}/act/TX-20/thanks")]
    pages += [report(client, "voicemail", word, f"{lang}/act/TX-20/called")]
    for page in pages:
        assert page.status_code == 200
        assert not UNTRUE.search(text_of(page)), page.request.path


@many
@given(
    text=st.text(max_size=300),
    field=st.sampled_from(
        ["member", "bill", "once", "office", "result", "done", "said", "undo", "zip", "kind", "points", "v"]
    ),
    view=st.sampled_from(["called", "offices", "letter", "both", "aloud", "reminder.ics", "kit"]),
    lang=st.sampled_from(["", "/es"]),
)
def test_any_text_in_any_field_is_answered(
    client: FlaskClient, text: str, field: str, view: str, lang: str
) -> None:
    form = {**CRUZ, field: text}
    for answer in (
        client.get(f"{lang}/act/TX-20/{view}", query_string=form),
        client.post(f"{lang}/act/TX-20/{view}", data=form),
    ):
        assert answer.status_code < 500
        assert "Traceback" not in answer.text
        if answer.mimetype == "text/html" and answer.status_code != 303:
            assert f'lang="{lang.strip("/") or "en"}"' in answer.text
