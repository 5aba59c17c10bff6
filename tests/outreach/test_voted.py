"""After a vote on passage members are thanked for a yes and asked for the reason of a no."""

from datetime import UTC, date, datetime

import pytest
from chambers import add_bill, id_of, legislator, on, seat_members, term
from filled import filled_by
from roll_calls import vote
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import members
from campaign.congress.members import Person
from campaign.congress.observation import ActionRow
from campaign.outreach import asks, conversations, wordings
from campaign.outreach.asks import Ask

NOW = datetime(2026, 6, 20, 15, tzinfo=UTC)
PASSED = ActionRow(
    acted=date(2026, 5, 1),
    text="Passed/agreed to in House: On passage Passed by the Yeas and Nays: 220 - 200 (Roll no. 9).",
    code="8000",
)


def seat(engine: Engine) -> None:
    seat_members(
        engine,
        *(legislator(f"A{number}", term(f"TX-{number}")) for number in range(1, 7)),
        legislator("S1", term("TX")),
        committees={"HSFA": [("A1", {}), ("A2", {})]},
    )


@pytest.fixture
def congress(engine: Engine) -> Engine:
    return filled_by(seat, engine)


def asked(engine: Engine, *shorts: str) -> dict[str, tuple[Person, Ask | None]]:
    """These members with what each is asked, by short ids."""
    with db.reading(engine) as session:
        whole = asks.campaign_asks(session, now=NOW)
        people = members.people(session, [id_of(short) for short in shorts], now=NOW)
    found = {short: people[id_of(short)] for short in shorts}
    return {short: (person, whole.ask(person, whole.matters[0])) for short, person in found.items()}


CASTS = {"A1": "yea", "A2": "nay", "A3": "present", "A4": "not_voting", "A5": "yea"}


def test_who_voted_yes_is_thanked_and_who_voted_no_is_asked_why(congress: Engine) -> None:
    add_bill(congress, "hr1-119", on("A5"), proposal="armas", sponsor="A6", actions=(PASSED,))
    vote(congress, CASTS)
    found = {who: ask for who, (_, ask) in asked(congress, *CASTS, "A6", "S1").items()}
    assert {who: ask.code if ask else None for who, ask in found.items()} == {
        "A1": "voted_yes", "A2": "voted_no", "A3": None, "A4": None, "A5": "voted_yes", "A6": "sponsor",
        # The Senate has yet to vote on what the House passed.
        "S1": "floor",
    }  # fmt: skip
    yes, no = found["A1"], found["A2"]
    assert yes
    assert no
    assert yes.reason("en") == "voted yes on passage of H.R. 1 on May 1, 2026"
    assert yes.reason("es") == "votó a favor de aprobar H.R. 1 el 1 de mayo de 2026"
    assert no.reason("en") == "voted no on passage of H.R. 1 on May 1, 2026"
    assert no.reason("es") == "votó en contra de aprobar H.R. 1 el 1 de mayo de 2026"


@pytest.mark.parametrize("question", ["On Motion to Recommit", "On Ordering the Previous Question"])
def test_other_questions_say_nothing_of_where_a_member_stands(congress: Engine, question: str) -> None:
    add_bill(congress, "hr1-119", on("A5"), proposal="armas", sponsor="A6", actions=(PASSED,))
    vote(congress, CASTS, question=question)
    assert {who: ask.code for who, (_, ask) in asked(congress, *CASTS).items() if ask} == {"A5": "thank"}


def test_a_call_to_who_voted_no_ends_with_no_question_for_a_position(congress: Engine) -> None:
    add_bill(congress, "hr1-119", proposal="armas", sponsor="A6", actions=(PASSED,))
    vote(congress, CASTS)
    person, ask = asked(congress, "A2")["A2"]
    assert ask
    for lang, end in (("en", "Please pass on my question."), ("es", "pásele mi pregunta.")):
        text = conversations.whole([ask, ask], person, "call", lang)
        assert end in text
        assert not any(question in text for question in ("have a position", "una postura"))


def test_before_any_vote_nothing_changes(congress: Engine) -> None:
    add_bill(congress, "hr1-119", on("A5"), proposal="armas", sponsor="A6")
    codes = [ask.code for _, ask in asked(congress, *CASTS).values() if ask]
    assert codes == [*["cosponsor"] * 4, "thank"]


def pass_what_a_committee_had(engine: Engine) -> None:
    seat(engine)
    add_bill(engine, "hr1-119", proposal="armas", sponsor="A6", committees=("HSFA",), actions=(PASSED,))
    vote(engine, CASTS)


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
@pytest.mark.parametrize("kind", wordings.KINDS)
def test_no_text_says_that_a_committee_has_what_the_chamber_voted_on(
    engine: Engine, kind: str, lang: str
) -> None:
    for person, ask in asked(filled_by(pass_what_a_committee_had, engine), "A1", "A2").values():
        assert ask
        assert ask.situation.seat is None
        text = wordings.render(ask, person, kind, lang, "")
        assert ("committee" if lang == "en" else "comité") not in text
        assert "H.R. 1" in text
