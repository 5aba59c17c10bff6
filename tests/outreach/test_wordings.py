"""Scripts and letters: for every member, bill, kind and language, and what each text must hold."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.outreach import blanks, names, wordings
from campaign.outreach.ask_kinds import (
    BY_TEXTS,
    TEXTS,
    CommitteeMembership,
    EarlierSupport,
    Situation,
)
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused
from campaign.settings import shipped

CELLS = [(code, kind, lang) for code in TEXTS for kind in wordings.KINDS for lang in wordings.LANGUAGES]
# With the blanks filled; how long they take to say is measured in test_readability.
WORDS = {"call": (45, 90), "voicemail": (35, 75), "tally": (15, 45), "letter": (120, 260)}
CHAMBER_WORDS = {
    ("house", "en"): "in the House",
    ("house", "es"): "en la Cámara",
    ("senate", "en"): "in the Senate",
    ("senate", "es"): "en el Senado",
}
# Texts that belong to no single ask.
SHARED = {"whole", "staff", "letters"}
PARTIES = re.compile(r"\b(Democrat|Republican|GOP|demócrata|republican[oa])", re.IGNORECASE)


@pytest.fixture(scope="module")
def facts(snapshot_engine: Engine, docket: CampaignAsks) -> dict[str, Text]:
    with db.reading(snapshot_engine) as session:
        return {
            matter.slug: Text(*(wordings.cited(session, matter, lang) for lang in wordings.LANGUAGES))
            for matter in docket.matters
        }


def first_sentences(text: str, kind: str, count: int) -> str:
    """The first sentences, without a letter's salutation."""
    body = text.split("\n\n", 1)[1] if kind == "letter" else text
    return " ".join(re.split(r"(?<=[.?!])(?<!H\.R\.)(?<!S\.)\s+", body)[:count])


def faults(text: str, ask: Ask, person: Person, kind: str, lang: str) -> list[str]:
    """The faults of one text, in words."""
    text = blanks.example(text)
    # Between two Congresses what is asked for has no number yet.
    opening = first_sentences(text, kind, 4 if ask.situation.open else 5)
    low, high = WORDS[kind]
    required = [ask.matter.name(lang)]
    if kind != "tally":
        required.append(CHAMBER_WORDS[person.chamber or "", lang])
    if ask.situation.open:
        required.append(ask.bill.short)
    if kind != "letter":
        required.append(person.last)
    found = [f"{part!r} is not at the start" for part in required if part not in opening]
    if not low <= len(text.split()) <= high:
        found.append(f"{len(text.split())} words, not {low} to {high}")
    if re.search(r"[\[\]{}]|None|  ", text):
        found.append("a hole")
    if PARTIES.search(text):
        found.append("a party")
    return found


def test_every_sitting_member_gets_every_wording(
    everybody: list[tuple[Person, list[Ask]]], facts: dict[str, Text]
) -> None:
    assert len(everybody) == 537
    written, wrong = 0, []
    for person, found in everybody:
        assert len(found) == 2, person
        for ask in found:
            for kind in wordings.KINDS:
                texts = wordings.in_both(ask, person, kind, facts[ask.matter.slug])
                for lang, text in zip(wordings.LANGUAGES, texts, strict=True):
                    written += 1
                    bad = faults(text, ask, person, kind, lang)
                    wrong += [(person.bioguide, str(ask.bill), ask.code, kind, lang, fault) for fault in bad]
    assert written == 537 * 2 * 4 * 2
    assert wrong == []


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("bioguide", ["C001131", "H001042", "N000147", "H001103", "D000624"])
def test_every_ask_can_be_put_to_every_office(
    docket: CampaignAsks, sitting: list[Person], facts: dict[str, Text], code: str, bioguide: str
) -> None:
    """Kinds of asks that the snapshot lacks (a withdrawal, a vote, the next Congress) have texts, too."""
    person = next(one for one in sitting if one.bioguide == bioguide)
    for ask in docket.asks(person):
        posed = replace(ask, kind=BY_TEXTS[code], situation=BY_TEXTS[code].least, sister=None)
        for kind in wordings.KINDS:
            texts = wordings.in_both(posed, person, kind, facts[ask.matter.slug])
            for lang, text in zip(wordings.LANGUAGES, texts, strict=True):
                assert faults(text, posed, person, kind, lang) == []


@pytest.mark.parametrize(("code", "kind", "lang"), CELLS)
def test_every_cell_has_a_wording_with_known_fields(code: str, kind: str, lang: str) -> None:
    assert wordings.wording(code, kind, lang).strip()


def test_no_wording_stands_outside_the_cells() -> None:
    folder = shipped("templates") / "wordings"
    found = [path.relative_to(folder) for path in folder.rglob("*.txt")]
    files = {path.as_posix() for path in found if path.parts[0] not in SHARED}
    assert files == {f"{code}/{kind}.{lang}.txt" for code, kind, lang in CELLS}


def test_points_exist_in_both_languages_for_every_proposal(docket: CampaignAsks) -> None:
    for matter in docket.matters:
        for lang in wordings.LANGUAGES:
            spoken, written = wordings.points(matter, lang)
            assert spoken
            assert written


def test_every_shared_text_is_there_in_both_languages_with_known_fields() -> None:
    folder = shipped("templates") / "wordings"
    for name in SHARED:
        texts = {path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*.txt")}
        assert texts, name
        assert {text.replace(".en.txt", ".es.txt") for text in texts} == {
            text for text in texts if text.endswith(".es.txt")
        }
        for text in texts:
            wordings.check((folder / name / text).read_text(encoding="utf-8"))


SEAT = CommitteeMembership("HSFA", "House Committee on Foreign Affairs", False)
EARLIER = EarlierSupport(BillId.of("hr6618-118"), 2023, False, 119)


@pytest.mark.parametrize("code", TEXTS)
def test_a_script_adds_what_its_own_text_does_not_say(
    docket: CampaignAsks, sitting: list[Person], code: str
) -> None:
    """One sentence: on the committee unless the ask is about it, else on earlier support that the text does not
    mention, else thanks for the sister bill."""
    ask, sister = docket.asks(sitting[0])
    posed = replace(ask, kind=BY_TEXTS[code], sister=(sister.bill, sister.matter))

    def also(kind: str, situation: Situation) -> str:
        return wordings.fill("[also]", replace(posed, situation=situation), sitting[0], kind, "en")

    thanks = also("call", Situation())
    assert thanks.startswith("Please also thank ")
    assert thanks.endswith(f", {sister.bill.short}.")
    both = also("call", Situation(seat=SEAT, earlier=EARLIER))
    earlier = also("call", Situation(earlier=EARLIER))
    silent = code in ("committee", "committee_chair", "voted_no", "voted_yes")
    recalls = code in ("floor", "withdrew")
    assert both == (thanks if silent else "Your committee, Foreign Affairs, has the bill.")
    assert earlier == ("Thank you for supporting an earlier version in 2023." if recalls else thanks)
    if not silent:
        written = "You sit on the House Committee on Foreign Affairs, which has the bill."
        assert also("letter", Situation(seat=SEAT)) == written
    if recalls:
        written = "In 2023 you co-sponsored an earlier version, H.R. 6618 of the 118th Congress. Thank you."
        assert also("letter", Situation(earlier=EARLIER)) == written
    assert also("letter", Situation()).startswith("Thank you, too, for co-sponsoring ")


@pytest.mark.parametrize(
    ("code", "text", "filled"),
    [
        ("withdrew", "[left]", "4 de marzo de 2026"),
        ("thank", "[since]", "30 de septiembre de 2025"),
        ("rejoin", "[did] [earlier] en [year]", "copatrocinó H.R. 6618 del Congreso pasado en 2023"),
        ("committee", "[committee]", "el Comité de Asuntos Exteriores de la Cámara"),
        ("committee_chair", "[committee]", "el Comité de Asuntos Exteriores de la Cámara"),
    ],
)
def test_organizers_try_a_wording_on_a_likely_example(
    docket: CampaignAsks, sitting: list[Person], code: str, text: str, filled: str
) -> None:
    kind = BY_TEXTS[code]
    posed = replace(docket.asks(sitting[0])[0], kind=kind, situation=kind.least)
    assert wordings.fill(text, posed, sitting[0], "call", "es") == filled
    assert kind.least.earlier is None or kind.least.earlier.bill == EARLIER.bill


def test_a_wording_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(Refused, match=r"\[password\]") as refused:
        wordings.check("Hello [member], [password].")
    assert "Campos desconocidos" in refused.value.es


def test_a_letter_cites_one_figure_with_source_and_years(
    docket: CampaignAsks, sitting: list[Person], facts: dict[str, Text]
) -> None:
    ask = docket.asks(sitting[0])[0]
    text = wordings.render(ask, sitting[0], "letter", "en", facts[ask.matter.slug].en)
    assert "traced came from the United States (U.S. Government Accountability Office, GAO-21-322" in text
    assert "From 2014 to 2018" in text


NOBODY = Person(
    bioguide="E000001", name="Lee Example", first="Lee", last="Example", party="", state="TX", district=20,
    chamber="house", seat="TX-20", office="representative", standing="sitting", gender="", senate_class=None,
    url="", contact_form="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("office", "gender", "en", "es", "to"),
    [
        ("senator", "F", "Dear Senator Example", "Estimada senadora Example", "a la senadora Example"),
        ("senator", "M", "Dear Senator Example", "Estimado senador Example", "al senador Example"),
        ("senator", "", "Dear Senator Example", "Estimable Lee Example", "a Lee Example"),
        ("representative", "F", "Dear Representative Example",
         "Estimada representante Example", "a la representante Example"),
        ("representative", "M", "Dear Representative Example",
         "Estimado representante Example", "al representante Example"),
        ("representative", "", "Dear Representative Example", "Estimable Lee Example", "a Lee Example"),
        ("delegate", "F", "Dear Delegate Example", "Estimada delegada Example", "a la delegada Example"),
        ("delegate", "M", "Dear Delegate Example", "Estimado delegado Example", "al delegado Example"),
        ("resident_commissioner", "F", "Dear Resident Commissioner Example",
         "Estimada comisionada residente Example",
         "a la comisionada residente Example"),
        ("resident_commissioner", "M", "Dear Resident Commissioner Example",
         "Estimado comisionado residente Example",
         "al comisionado residente Example"),
    ],
)  # fmt: skip
def test_salutations_agree(office: str, gender: str, en: str, es: str, to: str) -> None:
    person = replace(NOBODY, office=office, gender=gender)
    assert names.salutation(person, "en") == en
    assert names.salutation(person, "es") == es
    assert names.spoken_to(person, "es") == to


@pytest.mark.parametrize(
    ("bioguide", "role_en", "role_es"),
    [
        ("H001103", "Resident Commissioner", "Comisionado residente"),
        ("N000147", "Delegate", "Delegada"),
        ("H001042", "Senator", "Senadora"),
        ("C001091", "Representative", "Representante"),
    ],
)
def test_titles_of_real_people(sitting: list[Person], bioguide: str, role_en: str, role_es: str) -> None:
    person = next(one for one in sitting if one.bioguide == bioguide)
    assert (names.role(person, "en"), names.role(person, "es")) == (role_en, role_es)


def test_every_referred_committee_has_a_spanish_name(docket: CampaignAsks) -> None:
    codes = {row.committee for matter in docket.matters for one in matter.living for row in one.referrals}
    assert {code for code in codes if len(code) == 4} <= names.COMMITTEES_ES.keys()


def test_a_script_comes_with_numbers_washington_first(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        script = wordings.script_for(session, "hr6736-119", "J000305", "call", "en", now=now)
    assert script.ask == "rejoin"
    assert script.reason == "co-sponsored last Congress's H.R. 6618; not a co-sponsor of H.R. 6736 yet"
    assert script.salutation == "Dear Representative Jacobs"
    assert script.phones[0].startswith("202-225-")


@pytest.mark.parametrize(
    ("bill", "bioguide", "number"),
    [
        ("hr6618-118", "J000305", "H.R. 6736"),
        ("hr8427-118", "J000305", "H.R. 923"),
        ("hr923-119", "H001042", "S. 367"),
    ],
    ids=["dead number", "dead number of the sister bill", "senator asked about a House bill"],
)
def test_the_bill_asked_for_is_the_one_the_member_can_act_on(
    snapshot_engine: Engine, now: datetime, bill: str, bioguide: str, number: str
) -> None:
    with db.reading(snapshot_engine) as session:
        assert number in wordings.script_for(session, bill, bioguide, "tally", "es", now=now).text


def test_scripts_are_refused_for_who_has_left_and_for_nobody(snapshot_engine: Engine, now: datetime) -> None:
    with db.reading(snapshot_engine) as session:
        with pytest.raises(Refused, match="is no longer in Congress"):
            wordings.script_for(session, "hr6736-119", "C001127", "call", "en", now=now)
        with pytest.raises(Refused, match="know a member with the ID"):
            wordings.script_for(session, "hr6736-119", "X999999", "call", "en", now=now)
        with pytest.raises(Refused, match="kinds are"):
            wordings.script_for(session, "hr6736-119", "J000305", "fax", "en", now=now)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[proposal]", "The proposal"),
        ("Yes. [proposal]", "Yes. The proposal"),
        ("Yes?\n\n[proposal]", "Yes?\n\nThe proposal"),
        ("Yes,\n[proposal]", "Yes,\nThe proposal"),
        ("Join [proposal]", "Join the proposal"),
        ("No.[proposal]", "No.the proposal"),
    ],
)
def test_a_number_that_begins_a_sentence_has_a_capital(
    docket: CampaignAsks, sitting: list[Person], text: str, said: str
) -> None:
    person = next(one for one in sitting if docket.asks(one))
    assert wordings.fill(text, docket.asks(person)[0], person, "letter", "en") == said
