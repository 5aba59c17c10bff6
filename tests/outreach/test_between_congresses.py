"""The last weeks of a Congress and the first of the next: every ask, in every kind, length and language."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import copies
import pytest
import sqlalchemy as sa
from chambers import add_bill, id_of, legislator, on, seat_members, term
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import members
from campaign.congress.bills import WASHINGTON, days_left
from campaign.congress.members import Person
from campaign.outreach import asks, conversations, kits, letters, speech, time_left, wordings
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.outreach.letters import Choices


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WASHINGTON).astimezone(UTC)


LAST_WEEKS = {
    "December 5": (eastern("2026-12-05T12:00"), "in 29 days", "en 29 días"),
    "January 2": (eastern("2027-01-02T12:00"), "tomorrow at noon", "mañana al mediodía"),
    "January 3, 11:59": (eastern("2027-01-03T11:59"), "today at noon", "hoy al mediodía"),
}
BETWEEN = {
    "January 3, noon": eastern("2027-01-03T12:00"),
    "January 20": eastern("2027-01-20T12:00"),
}
NUMBER = r"(?:H\.R\.|S\.) ?\d+"
# A number with its Congress, as a bill that has ended is named.
NAMED = re.compile(
    rf"[Ll]ast Congress's {NUMBER}|{NUMBER} (?:of the \d+th Congress|del Congreso pasado|del \d+\.º Congreso)"
)
# What only a bill that lives can be said to do, and asks to join one that does not.
ALIVE = re.compile(
    rf"(?:{NUMBER}(?: del Congreso pasado)?|[Tt]he bill|[Ee]l proyecto)"
    r" (?:would|will|is|has|asks|requires|brings|bans"
    r"|haría|devolv\w+|exig\w+|pedir\w+|prohib\w+|permit\w+|está|tiene)\b"
)
DEAD_ASK = re.compile(
    rf"(?:to co-sponsor|que copatrocine|version of|versión de|co-sponsor of) (?:last Congress's )?{NUMBER}"
)


# Castro leads both House bills, Jacobs was on one of 2023; Wasserman Schultz and Hernández have long names.
ALWAYS = {"C001091", "J000305", "W000797", "H001103"}


def supports(docket: CampaignAsks, person: Person) -> bool:
    return any(ask.situation.earlier or ask.situation.sponsor for ask in docket.asks(person))


class World(NamedTuple):
    """One moment: the asks, and one in three members on earlier bills with one in forty of the others."""

    docket: CampaignAsks
    people: list[Person]


At = Callable[[datetime], World]


@pytest.fixture(scope="module")
def later(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The campaign of fixtures/, all of whose members were elected again."""
    with copies.copy_of(snapshot_template, tmp_path_factory.mktemp("later")) as engine:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE tenure SET ends = '2029-01-03' WHERE ends = '2027-01-03'"))
        yield engine


@pytest.fixture(scope="module")
def world(later: Engine) -> At:
    @cache
    def at(moment: datetime) -> World:
        with db.reading(later) as session:
            docket = asks.campaign_asks(session, now=moment)
            sitting = members.people(session, now=moment).values()
        known = {ask.matter.slug for person in sitting for ask in docket.asks(person)}
        assert len(known) == 2
        chosen = [
            person
            for number, person in enumerate(sitting)
            if number % 40 == 0 or person.bioguide in ALWAYS or (number % 3 == 0 and supports(docket, person))
        ]
        return World(docket, chosen)

    return at


def said(ask: Ask, person: Person, lang: str) -> Iterator[tuple[str, str]]:
    """Everything that is written about one ask, by kind, and the short script."""
    for variant in (0, 1, 2):
        choices = Choices(variant=variant, town="San Antonio", name="Ana")
        letter = letters.compose(
            ask, person, choices, [], lang, office=None, today=date(2027, 1, 1), final=True
        )
        yield "letter", letter.text
    kit = kits.kit("TX-20", [(person, ask, "202-225-0001")], "https://example.org", lang, fact="")
    yield "poster", " ".join([kit.title, kit.summary])
    yield "strip", kit.calls[0].text


def everything(found: World) -> Iterator[tuple[Person, str, str, str, str]]:
    """Member, texts, kind, language, text; the combined calls are ``both``."""
    for person in found.people:
        asked = found.docket.asks(person)
        scripts = [
            (ask.kind.texts, kind, wordings.in_both(ask, person, kind, Text("", "")))
            for ask in asked
            for kind in wordings.KINDS
        ]
        scripts += [("both", kind, conversations.in_both(asked, person, kind)) for kind in conversations.KINDS]
        for lang in wordings.LANGUAGES:
            for texts, kind, text in scripts:
                yield person, texts, kind, lang, text.of(lang)
            for ask in asked:
                for kind, paper in said(ask, person, lang):
                    yield person, ask.kind.texts, kind, lang, paper


@pytest.mark.parametrize("moment", BETWEEN)
def test_nothing_is_asked_or_claimed_of_a_bill_that_has_ended(world: At, moment: str) -> None:
    found = world(BETWEEN[moment])
    kinds = {ask.kind.texts for person in found.people for ask in found.docket.asks(person)}
    assert kinds == {"next_congress_lead", "next_congress_again", "next_congress"}
    wrong = []
    for person, texts, kind, lang, text in everything(found):
        bare = re.findall(NUMBER, NAMED.sub("", text))
        over = not speech.fits(text, kind)
        hole = re.search(r"[\[\]{}]|None|  |\bde el\b|\ba el\b", text)
        if bare or ALIVE.search(text) or DEAD_ASK.search(text) or over or hole or "This Congress ends" in text:
            wrong.append((person.bioguide, texts, kind, lang, text))
    assert wrong[:3] == []


@pytest.mark.parametrize("moment", LAST_WEEKS)
def test_every_text_of_the_last_weeks_says_how_long_is_left(world: At, moment: str) -> None:
    now, en, es = LAST_WEEKS[moment]
    found = world(now)
    when = {"en": f"This Congress ends {en}", "es": f"Este Congreso termina {es}"}
    printed = {"en": "This Congress ends on January 3 at noon", "es": "Este Congreso termina el 3 de enero"}
    wrong = []
    for person, texts, kind, lang, text in everything(found):
        expected = printed[lang] if kind == "strip" else when[lang]
        # The end of the Congress takes a few seconds more, which no other word makes room for.
        over = kind != "letter" and speech.seconds(text) > speech.MOST_SECONDS.get(kind, 40) + 5
        if kind != "poster" and (text.count(expected) != 1 or over):
            wrong.append((person.bioguide, texts, kind, lang, len(text.split()), text))
    assert wrong[:3] == []


def test_who_led_the_last_bill_is_asked_to_bring_it_back(world: At) -> None:
    found = world(BETWEEN["January 20"])
    castro = next(person for person in found.people if person.bioguide == "C001091")
    asked = found.docket.asks(castro)
    assert {(ask.code, ask.kind.texts) for ask in asked} == {("next_congress", "next_congress_lead")}
    for ask in asked:
        call = wordings.render(ask, castro, "call", "en", "")
        assert f"Thank you for introducing the {ask.matter.name('en')} in 2025." in call
        assert "I'm calling to ask Representative Castro to introduce it again in the House." in call
        assert "que la presente de nuevo en la Cámara" in wordings.render(ask, castro, "call", "es", "")
    both = conversations.whole(asked, castro, "call", "en")
    assert "Thank you for introducing both proposals in the last Congress." in both
    asked_for = (
        "I'm asking Representative Castro to introduce the ARMAS Act and the Stop Arming Cartels Act again"
    )
    assert asked_for in both


def test_who_was_on_the_last_bill_is_thanked_first(world: At) -> None:
    found = world(BETWEEN["January 20"])
    jacobs = next(person for person in found.people if person.bioguide == "J000305")
    asked = found.docket.asks(jacobs)
    call = wordings.render(asked[0], jacobs, "call", "en", "")
    assert call.index("Thank you for co-sponsoring") < call.index("I'm calling to ask Representative Jacobs")
    both = conversations.whole(asked, jacobs, "call", "es")
    assert both.index("Gracias por copatrocinar") < both.index("le pido")
    assert both.count("Gracias por copatrocinar") == 1


def test_who_never_was_on_it_is_told_what_the_proposal_does_without_a_number(world: At) -> None:
    found = world(BETWEEN["January 20"])
    person, ask = next(
        (person, ask)
        for person in found.people
        for ask in found.docket.asks(person)
        if ask.kind.texts == "next_congress" and ask.matter.slug == "armas-act"
    )
    call = wordings.render(ask, person, "call", "en", "")
    assert call.index("The last version expired") < call.index("The proposal would put gun exports")
    for kind in conversations.KINDS:
        assert ask.bill.short not in wordings.render(ask, person, kind, "en", "")


def test_a_proposal_that_is_back_is_asked_for_beside_one_that_is_not(sqlite_engine: Engine) -> None:
    again = term("NY-1", 119, end="2029-01-03")
    seat_members(sqlite_engine, legislator("A1", again))
    add_bill(sqlite_engine, "hr1-119", on("A1"), proposal="armas")
    add_bill(sqlite_engine, "hr2-119", proposal="cartels")
    add_bill(sqlite_engine, "hr3-120", proposal="cartels", introduced="2027-01-10")
    now = BETWEEN["January 20"]
    with db.reading(sqlite_engine) as session:
        person = members.person(session, id_of("A1"), now=now)
        assert person is not None
        found = asks.campaign_asks(session, now=now).asks(person)
        text = conversations.whole(found, person, "call", "en")
    assert {ask.kind.texts for ask in found} == {"next_congress_again", "cosponsor"}
    assert "co-sponsor the cartels Act, H.R. 3" in text
    assert "an original co-sponsor of the next version of the armas Act" in text


@pytest.mark.parametrize("lang", wordings.LANGUAGES)
def test_paper_of_a_bill_that_has_ended_is_headed_by_the_proposal(world: At, lang: str) -> None:
    def made(moment: datetime) -> kits.Kit:
        found = world(moment)
        person = next(person for person in found.people if person.bioguide == "C001091")
        ask = found.docket.asks(person)[0]
        return kits.kit("TX-20", [(person, ask, "202-225-0001")], "https://example.org", lang, fact="")

    before, after = made(LAST_WEEKS["December 5"][0]), made(BETWEEN["January 20"])
    assert before.title == f"{before.name} (H.R. 6736)"
    assert (after.title, after.ended) == (after.name, True)
    assert NAMED.fullmatch(after.number)
    assert kits.kit_pdf(after, today=date(2027, 1, 20)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2026-11-30T23:59", None),
        ("2026-12-01T00:00", 33),
        ("2026-12-22T12:00", 12),
        ("2027-01-02T23:59", 1),
        ("2027-01-03T00:00", 0),
        ("2027-01-03T11:59", 0),
        ("2027-01-03T12:00", None),
        ("2027-12-15T12:00", None),
        ("2028-12-15T12:00", 19),
    ],
)
def test_the_days_left_are_those_of_washington(moment: str, days: int | None) -> None:
    assert days_left(eastern(moment)) == days


def test_nothing_is_added_where_the_end_is_far() -> None:
    for words in (time_left.spoken, time_left.short, time_left.printed, time_left.written):
        assert words(None, "en") == words(None, "es") == ""
    assert time_left.add("A. Thank you.", "") == "A. Thank you."
    assert time_left.add("A. Thank you.", "B.") == "A. B. Thank you."
    assert time_left.add("A.\n\nC.", "B.", paragraph=1) == "A.\n\nC. B."
