"""The table of asks: which kind fits whom, the order in which kinds win, and the words of each row."""

from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from campaign.congress.bills import BillId
from campaign.outreach import ask_kinds
from campaign.outreach.ask_kinds import (
    ASK_KINDS,
    BY_TEXTS,
    TEXTS,
    AskKind,
    CommitteeMembership,
    EarlierSupport,
    Situation,
)
from campaign.outreach.bilingual import Text

EARLIER = EarlierSupport(BillId.of("hr6618-118"), 2023, False, 119)
SEAT = CommitteeMembership("HSFA", "House Committee on Foreign Affairs", False)
CHAIR = replace(SEAT, chair=True)
JOINED, LEFT, VOTED = date(2025, 12, 16), date(2026, 2, 3), date(2026, 5, 1)


@pytest.mark.parametrize(
    ("situation", "texts"),
    [
        (Situation(), "cosponsor"),
        (Situation(earlier=EARLIER, seat=SEAT), "rejoin"),
        (Situation(earlier=EARLIER, seat=CHAIR), "rejoin"),
        (Situation(earlier=EARLIER, votes=False), "rejoin"),
        (Situation(earlier=EARLIER, left=LEFT), "withdrew"),
        (Situation(left=LEFT, seat=CHAIR), "withdrew"),
        (Situation(left=LEFT, votes=False), "withdrew"),
        (Situation(left=LEFT, joinable=False), None),
        (Situation(joined=JOINED, left=LEFT), "thank"),
        (Situation(joined=JOINED, earlier=EARLIER, seat=CHAIR), "thank"),
        (Situation(joined=JOINED, joinable=False), "thank"),
        (Situation(seat=SEAT), "committee"),
        (Situation(seat=CHAIR), "committee_chair"),
        (Situation(seat=CHAIR, votes=False), "committee_chair"),
        (Situation(seat=SEAT, joinable=False), None),
        (Situation(seat=CHAIR, joinable=False), None),
        (Situation(earlier=EARLIER, joinable=False), None),
        (Situation(votes=False), "delegate"),
        (Situation(votes=False, seat=SEAT), "delegate"),
        (Situation(votes=False, joinable=False), None),
        (Situation(votes=False, joined=JOINED), "thank"),
        (Situation(sponsor=True, seat=SEAT), "sponsor"),
        (Situation(sponsor=True, vote_near=True), "sponsor"),
        (Situation(sponsor=True, joined=JOINED, left=LEFT), "sponsor"),
        (Situation(sponsor=True, joinable=False), "sponsor"),
        (Situation(vote_near=True), "floor"),
        (Situation(vote_near=True, joined=JOINED), "floor"),
        (Situation(vote_near=True, left=LEFT), "floor"),
        (Situation(vote_near=True, joinable=False), "floor"),
        (Situation(vote_near=True, votes=False), "delegate"),
        (Situation(vote_near=True, votes=False, joined=JOINED), "thank"),
        (Situation(open=False, joinable=False, earlier=EARLIER), "next_congress_again"),
        (Situation(open=False, joinable=False, earlier=EARLIER, led_last=True), "next_congress_lead"),
        (Situation(open=False, sponsor=True, vote_near=True, joined=JOINED), "next_congress"),
        (Situation(joinable=False), None),
        (Situation(joinable=False, voted="yea", voted_on=VOTED), "voted_yes"),
        (Situation(joinable=False, voted="yea", voted_on=VOTED, sponsor=True), "voted_yes"),
        (Situation(joinable=False, voted="yea", voted_on=VOTED, joined=JOINED), "voted_yes"),
        (Situation(joinable=False, voted="nay", voted_on=VOTED, joined=JOINED), "voted_no"),
        (Situation(joinable=False, voted="present", voted_on=VOTED), None),
        (Situation(joinable=False, voted="not_voting", voted_on=VOTED, joined=JOINED), "thank"),
        # After a failed vote friends can still join; the next vote comes before the last one.
        (Situation(voted="yea", voted_on=VOTED), "cosponsor"),
        (Situation(voted="nay", voted_on=VOTED), "voted_no"),
        (Situation(voted="nay", voted_on=VOTED, vote_near=True), "floor"),
        (Situation(voted="yea", voted_on=VOTED, vote_near=True, joinable=False), "floor"),
        (Situation(open=False, voted="nay", voted_on=VOTED), "next_congress"),
    ],
)
def test_the_most_specific_kind_wins(situation: Situation, texts: str | None) -> None:
    kind = ask_kinds.most_specific(situation)
    assert (kind.texts if kind else None) == texts


@pytest.mark.parametrize("kind", ASK_KINDS, ids=TEXTS)
def test_a_kinds_least_situation_asks_for_that_kind(kind: AskKind) -> None:
    assert ask_kinds.most_specific(kind.least) is kind
    assert BY_TEXTS[kind.texts] is kind


def test_the_most_useful_kind_comes_first_and_thanks_last() -> None:
    assert [kind.texts for kind in sorted(ASK_KINDS, key=lambda kind: kind.urgency)] == [
        "floor", "committee_chair", "committee", "withdrew", "rejoin", "cosponsor", "delegate",
        "next_congress_lead", "next_congress_again", "next_congress", "voted_no", "voted_yes", "thank",
        "sponsor",
    ]  # fmt: skip
    assert sorted(kind.urgency for kind in ASK_KINDS) == list(range(1, 15))


def test_three_kinds_share_the_code_of_the_next_congress() -> None:
    shared = [kind.texts for kind in ASK_KINDS if kind.code == "next_congress"]
    assert shared == ["next_congress_lead", "next_congress_again", "next_congress"]
    assert len({kind.code for kind in ASK_KINDS}) == 12


def test_only_a_reason_that_rests_on_absence_has_another_for_a_list_never_read() -> None:
    resting = {kind.code for kind in ASK_KINDS if "not a co-sponsor" in kind.reason.en}
    assert {kind.code for kind in ASK_KINDS if kind.reason_unread} == resting
    assert resting == {"rejoin", "cosponsor", "committee", "committee_chair", "delegate"}
    assert not any("not a co-sponsor" in kind.reason_unread.en for kind in ASK_KINDS if kind.reason_unread)


def test_only_the_bills_supporters_are_not_asked_for_their_position() -> None:
    assert {kind.code for kind in ASK_KINDS if kind.supports} == {"sponsor", "thank", "voted_yes"}


FIELDS = {
    "label": set(),
    "reason": {"number", "short", "congress", "search", "seat", "joined", "left", "voted", "did", "earlier"},
    "reason_unread": {"number", "seat", "did", "earlier"},
    "request": {"bills"},
    "thanks": {"bills"},
    "deed": {"who", "bill", "name"},
}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("kind", ASK_KINDS, ids=TEXTS)
def test_every_text_of_a_row_has_the_same_known_fields_in_both_languages(kind: AskKind, name: str) -> None:
    text: Text | None = getattr(kind, name)
    if text is None:
        assert name in ("reason_unread", "thanks")
        return
    english, spanish = ({field for _, field, _, _ in Formatter().parse(words) if field} for words in text)
    # After “pida” and “agradezca” a person follows “a”.
    assert english == {"who" if field == "to" else field for field in spanish}
    assert english <= FIELDS[name]
    assert text.of("en") != text.of("es")


def test_organizers_know_a_kind_by_whom_it_is_asked_of() -> None:
    assert {kind.texts: kind.label.en for kind in ASK_KINDS} == {
        "next_congress_lead": "No bill now: introduced the last one",
        "next_congress_again": "No bill now: supported an earlier one",
        "next_congress": "No bill now: new to it",
        "voted_no": "Voted no",
        "voted_yes": "Thanks: voted yes",
        "sponsor": "Thanks: introduced the bill",
        "floor": "A vote is near",
        "withdrew": "Withdrew from this bill",
        "thank": "Thanks: co-sponsors the bill",
        "rejoin": "Supported an earlier bill",
        "committee_chair": "Chairs the committee",
        "delegate": "Delegates",
        "committee": "On the committee",
        "cosponsor": "Please co-sponsor",
    }
    assert len({kind.label.es for kind in ASK_KINDS}) == len(ASK_KINDS)


@pytest.mark.parametrize(
    ("sponsored", "did", "doing"),
    [
        (True, ("introduced", "presentó"), ("introducing", "presentar")),
        (False, ("co-sponsored", "copatrocinó"), ("co-sponsoring", "copatrocinar")),
    ],
)
def test_who_led_an_earlier_bill_is_not_called_a_cosponsor(
    sponsored: bool, did: tuple[str, str], doing: tuple[str, str]
) -> None:
    support = replace(EARLIER, sponsored=sponsored)
    assert (support.verb("en"), support.verb("es")) == did
    assert (support.doing("en"), support.doing("es")) == doing


@pytest.mark.parametrize(
    ("sitting", "en", "es"),
    [
        (118, "H.R. 6618", "H.R. 6618"),
        (119, "last Congress's H.R. 6618", "H.R. 6618 del Congreso pasado"),
        (120, "H.R. 6618 of the 118th Congress", "H.R. 6618 del 118.º Congreso"),
    ],
)
def test_a_number_of_an_ended_congress_is_named_with_it(sitting: int, en: str, es: str) -> None:
    support = replace(EARLIER, sitting=sitting)
    assert (support.named("en"), support.named("es")) == (en, es)


@pytest.mark.parametrize(
    ("year", "sitting", "en", "es"),
    [
        (2023, 119, "2023", "2023"),
        (None, 119, "the last Congress", "el Congreso pasado"),
        (None, 120, "the 118th Congress", "el 118.º Congreso"),
    ],
)
def test_without_a_year_the_congress_says_when(year: int | None, sitting: int, en: str, es: str) -> None:
    support = replace(EARLIER, year=year, sitting=sitting)
    assert (support.time("en"), support.time("es")) == (en, es)


def test_what_the_office_said_is_asked_only_where_it_can_say_yes() -> None:
    assert {kind.texts for kind in ASK_KINDS if not kind.takes_answer} == {
        "committee_chair", "next_congress_lead", "sponsor", "thank", "voted_no", "voted_yes",
    }  # fmt: skip
