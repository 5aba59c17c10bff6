"""Roll calls on the page of a bill, and how a reader's members voted."""

import html
import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from chambers import add_bill, legislator, on, seat_members, term
from flask.testing import FlaskClient
from roll_calls import refer, vote
from sqlalchemy.engine import Engine

from campaign.app import create_app
from campaign.congress.observation import ActionRow
from campaign.settings import Settings

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
PASSED = ActionRow(
    acted=date(2026, 5, 1),
    text="Passed/agreed to in House: On passage Passed by the Yeas and Nays: 220 - 200 (Roll no. 9).",
    code="8000",
)
CASTS = {"A1": "yea", "A2": "nay", "A3": "present", "A4": "not_voting", "?Example": "yea"}


@pytest.fixture
def congress(engine: Engine) -> Engine:
    seat_members(
        engine,
        *(legislator(f"A{number}", term(f"NY-{number}")) for number in range(1, 5)),
        legislator("S1", term("NY")),
    )
    add_bill(engine, "hr1-119", on("A4"), proposal="armas", sponsor="Z1", actions=(PASSED,))
    return engine


@pytest.fixture
def client(congress: Engine) -> FlaskClient:
    return create_app(Settings(secret_key="k" * 40, geocoder_url=""), engine=congress).test_client()


def words(client: FlaskClient, address: str) -> str:
    with time_machine.travel(NOW, tick=False):
        page = client.get(address)
    assert page.status_code == 200
    main_part = page.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main_part)))


def votes(client: FlaskClient, address: str) -> str:
    return words(client, address).partition(" Votes ")[2] or words(client, address).partition(" Votaciones ")[2]


def test_a_bills_page_says_how_it_came_out_and_how_each_voted(congress: Engine, client: FlaskClient) -> None:
    vote(congress, CASTS)
    said = votes(client, "/bills/hr1-119")
    assert "House: On Passage Passed , May 1, 2026. 220 yes, 200 no ; 5 did not vote." in said
    for row in (
        "Lee MemberA1 D NY Voted yes", "Lee MemberA2 D NY Voted no", "Lee MemberA3 D NY “Present”",
        "Lee MemberA4 D NY Did not vote", "Example D NY Voted yes",
    ):  # fmt: skip
        assert row in said
    assert "was not a vote on the bill itself" not in said
    with time_machine.travel(NOW, tick=False):
        page = client.get("/bills/hr1-119").text
    assert 'href="https://clerk.house.gov/evs/2026/roll009.xml"' in page
    spanish = votes(client, "/es/bills/hr1-119")
    assert "Cámara de Representantes: Sobre su aprobación Aprobado , 1 de mayo de 2026." in spanish
    assert "220 a favor, 200 en contra ; 5 no votaron." in spanish
    assert "Lee MemberA2 D NY Votó en contra" in spanish


def test_of_another_question_nothing_is_claimed(congress: Engine, client: FlaskClient) -> None:
    vote(congress, CASTS, question="On Motion to Recommit", result="Failed")
    assert "This was not a vote on the bill itself." in votes(client, "/bills/hr1-119")
    assert "No se votó el proyecto en sí." in votes(client, "/es/bills/hr1-119")
    for address in ("/act/NY-1", "/act/NY-2"):
        assert "on passage" not in words(client, address)


def test_words_of_a_chamber_that_have_no_spanish_are_marked_as_english(
    congress: Engine, client: FlaskClient
) -> None:
    vote(congress, CASTS, question="On the Point of Order", result="Point of Order Sustained")
    with time_machine.travel(NOW, tick=False):
        page = client.get("/es/bills/hr1-119").text
    assert '<span lang="en">On the Point of Order</span>' in page
    assert '<span lang="en">Point of Order Sustained</span>' in page


def test_a_vote_without_a_count_or_not_read_yet_says_so(congress: Engine, client: FlaskClient) -> None:
    vote(congress, CASTS, counted=(None, None, None, None))
    refer(congress, "hr1-119", 10)
    said = votes(client, "/bills/hr1-119")
    assert "The record names this vote. We have not read how members voted yet." in said
    assert "roll call 10" in said
    assert " yes, " not in said


def test_how_members_voted_is_listed_for_passage_first_and_for_four_votes(
    congress: Engine, client: FlaskClient
) -> None:
    vote(congress, CASTS, number=1, day="2026-04-01")
    for number in range(2, 7):
        vote(congress, CASTS, number=number, question="On Motion to Recommit", day=f"2026-05-{number:02}")
    said = votes(client, "/bills/hr1-119")
    assert said.count("How each member voted") == 4
    assert "How each member voted Roll call 1, April 1, 2026" in said
    assert "How each member voted Roll call 2" not in said
    assert said.count("The official record of roll call") == 6


def test_a_page_of_a_past_day_has_the_votes_until_then(congress: Engine, client: FlaskClient) -> None:
    vote(congress, CASTS)
    assert votes(client, "/bills/hr1-119?on=2026-05-01")
    assert votes(client, "/bills/hr1-119?on=2026-04-30") == ""


def test_a_bill_without_votes_has_no_such_part(client: FlaskClient) -> None:
    assert votes(client, "/bills/hr1-119") == ""


@pytest.mark.parametrize(
    ("seat", "en", "es"),
    [
        (
            "NY-1",
            "voted yes on passage of H.R. 1 on May 1, 2026.",
            "votó a favor de aprobar H.R. 1 el 1 de mayo de 2026.",
        ),
        (
            "NY-2",
            "voted no on passage of H.R. 1 on May 1, 2026.",
            "votó en contra de aprobar H.R. 1 el 1 de mayo de 2026.",
        ),
        (
            "NY-3",
            "armas Act: voted “present” on passage on May 1, 2026.",
            "Ley armas: votó «presente» en su aprobación el 1 de mayo de 2026.",
        ),
        (
            "NY-4",
            "armas Act: did not vote on passage on May 1, 2026.",
            "Ley armas: no votó en su aprobación el 1 de mayo de 2026.",
        ),
    ],
)
def test_a_readers_members_are_shown_with_their_votes(
    congress: Engine, client: FlaskClient, seat: str, en: str, es: str
) -> None:
    vote(congress, CASTS)
    for address, said in ((f"/act/{seat}", en), (f"/es/act/{seat}", es)):
        found = words(client, address).replace("\u00a0", " ")
        assert said in found
        # Said once: by the reason of the ask, or beside it.
        assert len(re.findall(r"on passage|aprobar H|su aprobación", found)) == 1


def test_a_call_says_how_they_voted(congress: Engine, client: FlaskClient) -> None:
    vote(congress, CASTS)
    yes = words(client, "/act/NY-1?member=A000001").replace("\u00a0", " ")
    assert "to thank Representative MemberA1 for voting yes on the armas Act, H.R. 1, in the House" in yes
    no = words(client, "/act/NY-2?member=A000002").replace("\u00a0", " ")
    assert "to ask why Representative MemberA2 voted no on the armas Act, H.R. 1" in no
    thanked = words(client, "/act/NY-4?member=A000004").replace("\u00a0", " ")
    assert "armas Act: did not vote on passage on May 1, 2026." in thanked


def test_a_page_is_made_anew_when_a_vote_is_read(congress: Engine, client: FlaskClient) -> None:
    assert votes(client, "/bills/hr1-119") == ""
    vote(congress, CASTS)
    client.application.extensions["page_cache"].look_again()
    assert votes(client, "/bills/hr1-119")
