"""No claim beyond its source: ended numbers with their Congress, figures with their source, years and fit."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from chambers import NOW, add_bill, id_of, legislator, on, seat_members, term
from filled import filled_by
from sqlalchemy.engine import Engine
from sqlmodel import select

from campaign import db
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.outreach import asks, conversations, kits, letters, names, wordings
from campaign.outreach.ask_kinds import BY_TEXTS, TEXTS
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.outreach.letters import Choices
from campaign.proposals.models import CitedFact
from campaign.settings import shipped

TODAY = date(2026, 6, 22)
JANUARY_2027 = datetime(2027, 1, 20, 15, tzinfo=UTC)
JANUARY_2029 = datetime(2029, 1, 20, 15, tzinfo=UTC)
NUMBER = re.compile(r"\b(?:H\.R\.|S\.|H\.J\.Res\.|S\.J\.Res\.) ?\d+")
BEFORE = re.compile(r"[Ll]ast Congress's $")
AFTER = re.compile(
    r" (?:of the \d+(?:st|nd|rd|th) Congress|del \d+\.º Congreso|del Congreso pasado"
    r"|expired with the \d+(?:st|nd|rd|th) Congress|venció con el \d+\.º Congreso)"
)


def bare(text: str, living: set[str]) -> list[str]:
    """Numbers of ended Congresses that stand without their Congress."""
    return [
        text[max(0, m.start() - 40) : m.end() + 40]
        for m in NUMBER.finditer(text)
        if m[0] not in living and not BEFORE.search(text[: m.start()]) and not AFTER.match(text[m.end() :])
    ]


def texts(ask: Ask, person: Person, cited: list[CitedFact]) -> Iterator[tuple[str, str]]:
    """Everything that is said or written about one ask beside its reason, each with its language."""
    for kind in wordings.KINDS:
        yield from zip(wordings.LANGUAGES, wordings.in_both(ask, person, kind, Text("", "")), strict=True)
    dialogue = conversations.dialogue(ask, person)
    for lang in wordings.LANGUAGES:
        for variant in range(8):
            choices = Choices(variant=variant, town="San Antonio", name="Ana")
            letter = letters.compose(ask, person, choices, cited, lang, office=None, today=TODAY, final=True)
            yield lang, letter.text
        kit = kits.kit("TX-20", [(person, ask, "202-225-0001")], "https://example.org", lang, fact="")
        yield lang, " ".join([kit.title, kit.summary, *(call.text for call in kit.calls)])
        yield lang, " ".join(getattr(line, lang) for line in dialogue)


def faults(docket: CampaignAsks, person: Person, facts: dict[str, list[CitedFact]]) -> list[tuple[str, ...]]:
    living = {record.id.short for matter in docket.matters for record in matter.living}
    found = docket.asks(person)
    said = [(ask.code, lang, ask.reason(lang)) for ask in found for lang in wordings.LANGUAGES]
    said += [
        (ask.code, lang, text) for ask in found for lang, text in texts(ask, person, facts[ask.matter.slug])
    ]
    for kind in conversations.KINDS if found else ():
        both = conversations.in_both(found, person, kind)
        said += [(kind, lang, both.of(lang)) for lang in wordings.LANGUAGES]
    return [(person.bioguide, code, lang, *wrong) for code, lang, text in said if (wrong := bare(text, living))]


@pytest.fixture(scope="module")
def facts(snapshot_engine: Engine, docket: CampaignAsks) -> dict[str, list[CitedFact]]:
    with db.reading(snapshot_engine) as session:
        found = {matter.slug: wordings.facts(session, matter) for matter in docket.matters}
        session.expunge_all()
        return found


@pytest.mark.parametrize("now", [NOW, JANUARY_2027, JANUARY_2029], ids=["119th", "120th", "121st"])
def test_no_number_of_an_ended_congress_stands_without_it(
    snapshot_engine: Engine, sitting: list[Person], facts: dict[str, list[CitedFact]], now: datetime
) -> None:
    """Every ask of the snapshot, one member in four and all whose ask rests on an earlier bill."""
    with db.reading(snapshot_engine) as session:
        docket = asks.campaign_asks(session, now=now)
    chosen = [
        person
        for number, person in enumerate(sitting)
        if number % 16 == 0 or any(ask.code == "rejoin" for ask in docket.asks(person))
    ]
    wrong = [fault for person in chosen for fault in faults(docket, person, facts)]
    assert wrong == []


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("congress", [119, 120, 121])
def test_an_ended_bill_is_named_with_its_congress_whatever_is_asked(
    docket: CampaignAsks, sitting: list[Person], facts: dict[str, list[CitedFact]], code: str, congress: int
) -> None:
    person = next(one for one in sitting if one.bioguide == "J000305")
    for ask in docket.asks(person):
        living = {ask.bill.short} if congress == 119 else set()
        matter = replace(ask.matter, congress=congress)
        posed = replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, matter=matter, sister=None)
        for _lang, text in texts(posed, person, facts[matter.slug]):
            assert bare(text, living) == []


def test_the_check_itself_finds_bare_numbers() -> None:
    assert bare("Thank you for H.R. 6618 in 2023.", {"H.R. 6736"})
    assert bare("Gracias por H.R. 6618 en 2023.", set())
    assert not bare("Thank you for last Congress's H.R. 6618 and H.R. 9539 of the 117th Congress.", set())
    assert not bare("H.R. 6618 del Congreso pasado y H.R. 9539 del 117.º Congreso.", set())


def support_twice(engine: Engine) -> None:
    """A1 was on both earlier bills, A2 led one of them, A3 was on one."""
    seat_members(engine, *(legislator(f"A{n}", term(f"NY-{n}", 118), term(f"NY-{n}")) for n in (1, 2, 3)))
    add_bill(engine, "hr6618-118", on("A1", "2023-12-06"), on("A3", "2023-12-06"), proposal="armas")
    add_bill(engine, "hr8427-118", on("A1", "2024-05-16"), sponsor="A2", proposal="cartels")
    add_bill(engine, "hr6736-119", proposal="armas")
    add_bill(engine, "hr923-119", proposal="cartels")


@pytest.fixture
def twice(engine: Engine) -> Engine:
    return filled_by(support_twice, engine)


@pytest.mark.parametrize(
    ("short", "now", "en", "es"),
    [
        ("A1", NOW, "Thank you for co-sponsoring both in the last Congress.",
         "Gracias por copatrocinar ambos en el Congreso pasado."),
        ("A2", NOW, "Thank you for introducing an earlier version of the cartels Act in 2023.",
         "Gracias por presentar una versión anterior de la Ley cartels en 2023."),
        ("A3", NOW, "Thank you for co-sponsoring an earlier version of the armas Act in 2023.",
         "Gracias por copatrocinar una versión anterior de la Ley armas en 2023."),
    ],
)  # fmt: skip
def test_one_call_thanks_for_what_was_done_in_the_last_congress(
    twice: Engine, short: str, now: datetime, en: str, es: str
) -> None:
    with db.reading(twice) as session:
        person = members.person(session, id_of(short), now=now)
        assert person is not None
        found = asks.campaign_asks(session, now=now).asks(person)
        assert en in conversations.whole(found, person, "call", "en")
        assert es in conversations.whole(found, person, "call", "es")


@pytest.mark.parametrize(
    ("bill", "sitting", "en", "es"),
    [
        ("hr6736-119", 119, "H.R. 6736", "H.R. 6736"),
        ("hr6618-118", 119, "last Congress's H.R. 6618", "H.R. 6618 del Congreso pasado"),
        ("hr9539-117", 119, "H.R. 9539 of the 117th Congress", "H.R. 9539 del 117.º Congreso"),
        ("s1-121", 123, "S. 1 of the 121st Congress", "S. 1 del 121.º Congreso"),
    ],
)
def test_a_bill_is_named_for_its_time(bill: str, sitting: int, en: str, es: str) -> None:
    assert names.bill(BillId.of(bill), sitting, "en") == en
    assert names.bill(BillId.of(bill), sitting, "es") == es


# --- figures ---------------------------------------------------------------------------------------


def test_letters_cite_only_figures_that_fit_their_proposal(facts: dict[str, list[CitedFact]]) -> None:
    assert {slug: {fact.id for fact in found} for slug, found in facts.items()} == {
        "armas-act": {"traced-2014-2018", "caribbean-homicides"},
        "stop-arming-cartels-act": {"traced-2014-2018", "trafficked-each-year"},
    }


def test_every_figure_has_its_source_in_the_language_of_its_text(snapshot_engine: Engine) -> None:
    with db.reading(snapshot_engine) as session:
        found = session.exec(select(CitedFact)).all()
        assert len(found) == 8
        for fact in found:
            english, spanish = wordings.sentence(fact, "en"), wordings.sentence(fact, "es")
            assert english.endswith(f" ({fact.source_en}).")
            assert spanish.endswith(f" ({fact.source_es}).")
            assert fact.source_en != fact.source_es, fact.id
            assert not ENGLISH.search(spanish), fact.id


# Words of the English sources; names of organizations are the same in every language.
ENGLISH = re.compile(r"\b(Source|cited|citing|findings|translated|reported|release|Office|with|the|by|used)\b")


@pytest.mark.parametrize("kind", wordings.KINDS)
def test_no_english_source_stands_in_a_spanish_text(
    docket: CampaignAsks, sitting: list[Person], facts: dict[str, list[CitedFact]], kind: str
) -> None:
    person = next(one for one in sitting if one.bioguide == "M001199")
    for ask in docket.asks(person):
        for fact in facts[ask.matter.slug]:
            text = wordings.render(ask, person, kind, "es", wordings.sentence(fact, "es"))
            assert fact.source_en not in text
            assert (fact.source_es in text) == (kind == "letter")
            letter = letters.compose(ask, person, Choices(), [fact], "es", office=None, today=TODAY)
            assert fact.source_es in letter.text
            assert fact.source_en not in letter.text


def test_every_figure_of_a_letter_says_its_years(facts: dict[str, list[CitedFact]]) -> None:
    for fact in {fact.id: fact for found in facts.values() for fact in found}.values():
        for lang in wordings.LANGUAGES:
            source = fact.source_en if lang == "en" else fact.source_es
            claim = wordings.sentence(fact, lang).removesuffix(f" ({source}).")
            assert wordings.YEAR.search(claim), (fact.id, lang)


# Claims that a writer or the site cannot make for everybody.
CLAIMS = re.compile(
    r"vote here|votan aquí|people at home|have not forgotten|no lo he olvidado|[Ee]very name|everybody who"
    r"|my neighbors|mis vecinos|under oath|were sold|se vendieron",
)


def test_no_shipped_wording_claims_what_its_speaker_cannot_know() -> None:
    folder = shipped("templates") / "wordings"
    # What a writer may say of themselves is no claim of ours.
    files = [path for path in sorted(folder.rglob("*.txt")) if not path.name.startswith("example.")]
    assert len(files) > 100
    wrong = [(path.name, m[0]) for path in files for m in CLAIMS.finditer(path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_the_campaigns_summary_says_what_its_source_says() -> None:
    text = (shipped("fixtures") / "campaign.yaml").read_text(encoding="utf-8")
    assert not CLAIMS.search(text)
    assert (
        "From 2014 to 2018, 70% of the guns recovered in Mexico and traced came from the United States." in text
    )
    assert (
        "De 2014 a 2018, el 70% de las armas recuperadas en México y rastreadas venía de Estados Unidos."
        in text
    )
