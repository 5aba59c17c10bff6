"""One call about all of a campaign's bills, and dialogues with the office, in both languages."""

from dataclasses import replace

import pytest

from campaign.congress.members import Person
from campaign.outreach import conversations, names, speech, wordings
from campaign.outreach.ask_kinds import BY_TEXTS, TEXTS
from campaign.outreach.asks import Ask, CampaignAsks
from campaign.outreach.bilingual import Text
from campaign.refusals import Refused

Everybody = list[tuple[Person, list[Ask]]]


@pytest.fixture(scope="module")
def whole(everybody: Everybody) -> dict[tuple[str, str], Text]:
    """What is said of all bills to every sitting member, by Bioguide id and kind."""
    return {
        (person.bioguide, kind): conversations.in_both(found, person, kind)
        for person, found in everybody
        for kind in conversations.KINDS
    }


def faults(text: str, found: list[Ask], person: Person, kind: str, lang: str) -> list[str]:
    required = [person.last]
    for ask in found:
        required += [ask.bill.short, ask.matter.name(lang)]
        if ask.bill.chamber != person.chamber:
            required.append("a bill of the member's own chamber")
    if kind == "call":
        required.append(
            names.OF_CHAMBERS[lang][person.chamber or "house"].removeprefix("de la ").removeprefix("del ")
        )
    wrong = [f"{part!r} is missing" for part in required if part not in text.split("\n\n")[0]]
    if not speech.fits(text, kind):
        wrong.append(f"{speech.seconds(text)} seconds")
    if any(mark in text for mark in ("[", "]", "{", "}", "None", "  ", " de el ", " a el ", ",,")):
        wrong.append("a hole")
    return wrong


def test_one_call_covers_both_bills_for_every_sitting_member(
    everybody: Everybody, whole: dict[tuple[str, str], Text]
) -> None:
    wrong, written = [], 0
    for person, found in everybody:
        for kind in conversations.KINDS:
            for lang in wordings.LANGUAGES:
                written += 1
                bad = faults(whole[person.bioguide, kind].of(lang), found, person, kind, lang)
                wrong += [(person.bioguide, kind, lang, fault) for fault in bad]
    assert written == 537 * 3 * 2
    assert wrong == []


@pytest.mark.parametrize("first", TEXTS)
@pytest.mark.parametrize("second", TEXTS)
def test_any_two_asks_fit_in_one_call(
    docket: CampaignAsks, sitting: list[Person], first: str, second: str
) -> None:
    person = next(one for one in sitting if one.bioguide == "J000305")
    one, other = docket.asks(person)
    posed = [
        replace(one, kind=BY_TEXTS[first], situation=BY_TEXTS[first].least),
        replace(other, kind=BY_TEXTS[second], situation=BY_TEXTS[second].least),
    ]
    for kind in conversations.KINDS:
        texts = conversations.in_both(posed, person, kind)
        for lang, text in zip(wordings.LANGUAGES, texts, strict=True):
            for ask in posed:
                # The next bill will have another number.
                known = (
                    ask.bill.short if ask.situation.open else names.with_article(ask.matter.name(lang), lang)
                )
                assert known in text
            # Two rare asks at once may take a few seconds more.
            assert speech.seconds(text) <= speech.MOST_SECONDS[kind] + 8


def test_thanks_come_before_what_is_still_asked(docket: CampaignAsks, sitting: list[Person]) -> None:
    hirono = next(one for one in sitting if one.bioguide == "H001042")
    text = conversations.whole(list(reversed(docket.asks(hirono))), hirono, "call", "en")
    thanks = "Please thank Senator Hirono for co-sponsoring the Stop Arming Cartels Act, S. 367."
    assert f"{thanks} I'm calling to ask her to co-sponsor the ARMAS Act, S. 3508, in the Senate too." in text
    spanish = conversations.whole(docket.asks(hirono), hirono, "call", "es")
    assert "Llamo para pedirle también que copatrocine la Ley ARMAS, S. 3508, en el Senado." in spanish


def test_two_bills_of_one_request_are_counted_and_each_has_its_reason(
    docket: CampaignAsks, sitting: list[Person]
) -> None:
    cruz = next(one for one in sitting if one.bioguide == "C001098")
    text = conversations.whole(docket.asks(cruz), cruz, "call", "en")
    both = "two Senate bills: the ARMAS Act, S. 3508, and the Stop Arming Cartels Act, S. 367."
    assert f"I'm calling to ask Senator Cruz to co-sponsor {both}" in text
    assert "The ARMAS Act would put gun exports back under the State Department." in text
    assert "The Stop Arming Cartels Act would ban new private sales of .50 caliber rifles." in text
    assert "Your committee, Foreign Relations, has the ARMAS Act." in text


def test_friends_are_not_asked_for_their_position(docket: CampaignAsks, sitting: list[Person]) -> None:
    casar = next(one for one in sitting if one.bioguide == "C001131")
    assert "position" not in conversations.whole(docket.asks(casar), casar, "call", "en")
    assert "postura" not in conversations.whole(docket.asks(casar), casar, "call", "es")
    said = conversations.whole_dialogue(docket.asks(casar), casar)
    assert not any("position" in line.en for line in said)


def test_one_ask_alone_is_a_right_call_too(docket: CampaignAsks, sitting: list[Person]) -> None:
    person = next(one for one in sitting if one.bioguide == "J000305")
    text = conversations.whole(docket.asks(person)[:1], person, "call", "en")
    assert "H.R. 923" not in text
    assert "The bill would put gun exports" in text


def test_one_call_says_the_same_in_both_languages(
    everybody: Everybody, whole: dict[tuple[str, str], Text]
) -> None:
    """Each bill is named equally often in both languages, so that they can be read side by side."""
    for person, found in everybody:
        for kind in conversations.KINDS:
            english, spanish = whole[person.bioguide, kind]
            for ask in found:
                assert english.count(ask.bill.short) == spanish.count(ask.bill.short), (person.bioguide, kind)


def test_a_letter_keeps_to_one_bill(docket: CampaignAsks, sitting: list[Person]) -> None:
    with pytest.raises(Refused):
        conversations.whole(docket.asks(sitting[0]), sitting[0], "letter", "en")


def test_every_call_can_be_read_beside_its_other_language(everybody: Everybody) -> None:
    """Both languages have the same number of paragraphs, so that they can be read side by side."""
    for person, asked in everybody:
        for ask in asked:
            for kind in conversations.KINDS:
                texts = wordings.in_both(ask, person, kind, Text("", ""))
                english, spanish = (text.split("\n\n") for text in texts)
                assert len(english) == len(spanish), (person.bioguide, ask.code, kind)


def test_a_conversation_alternates_from_the_office_to_the_caller(
    docket: CampaignAsks, sitting: list[Person]
) -> None:
    person = next(one for one in sitting if one.bioguide == "H001103")
    for said in (
        conversations.dialogue(docket.asks(person)[0], person),
        conversations.whole_dialogue(docket.asks(person), person),
    ):
        assert [line.who for line in said] == ["office", "caller"] * 3
        assert not any("your reason" in line.en for line in said)
        assert all(line.en and line.es for line in said)
    assert "oficina del comisionado residente Hernández Rivera" in said[0].es


def test_paragraphs_that_do_not_pair_lose_nothing() -> None:
    assert conversations.beside(["a", "b", "c"], ["x", "y"]) == [("a", "x"), ("b\n\nc", "y")]
    assert conversations.beside(["a"], ["x", "y"]) == [("a", "x\n\ny")]
