"""Actions as organizers write them: what a form needs, what can be opened, what stays as it was signed."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction, Signature, Target
from campaign.actions.signatures import Entry
from campaign.proposals import campaigns
from campaign.proposals.models import Campaign
from campaign.refusals import Refused

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
TODAY = NOW.date()
FORM = {
    "title_en": "Justice for the disappeared",
    "title_es": "Justicia para los desaparecidos",
    "text_en": "Search for them.",
    "text_es": "Búsquenlos.",
}


def add(session: Session, kind: str = "petition", **more: str) -> CampaignAction:
    return editing.add(session, "clean-water", kind, {**FORM, **more})


def office(action: CampaignAction) -> Target:
    return Target(
        action=editing.number(action),
        position=0,
        title_en="President",
        title_es="Presidenta",
        salutation_en="Dear President",
        salutation_es="Estimada presidenta",
    )


def put(session: Session, action: CampaignAction, name: str, *, confirmed: bool = True) -> Signature:
    row = signatures.put(session, action, name * 4, f"{name}@example.org", Entry(name), now=NOW)
    session.flush()
    if confirmed:
        assert signatures.confirm(session, row.id or 0, int(NOW.timestamp()), now=NOW)
    return row


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title_es": " "}, "Write the title in Spanish, too."),
        ({"text_en": ""}, "Write the text in English, too."),
        ({"points_en": "## a: A\nx"}, "Write the points in Spanish, too."),
        ({"title_en": "x" * 151}, "Please shorten the title to 150 characters (en)."),
        ({"goal": "many"}, "The goal is a number"),
        ({"goal": "-1"}, "The goal is a number"),
        ({"goal": "٣"}, "The goal is a number"),
        ({"day": "tomorrow"}, "is not a day"),
        ({"slug": "Clean Water"}, "cannot stand in an address"),
        ({"slug": "taken"}, "in use already"),
        ({"slug": "x" * 61}, "shorter address"),
    ],
)
def test_a_form_that_lacks_something_is_refused_and_nothing_is_written(
    session: Session, more: dict[str, str], said: str
) -> None:
    add(session, slug="taken")
    with pytest.raises(Refused) as refused:
        add(session, **more)
    assert said in refused.value.en
    assert len(editing.of_campaign(session, "clean-water")) == 1


def test_an_address_is_made_of_the_title_and_a_draft_is_nobodys_to_see(session: Session) -> None:
    action = add(session, goal="1,000", day="2026-07-01")
    assert (action.slug, action.goal, action.day) == ("justice-for-the-disappeared", 1000, date(2026, 7, 1))
    assert editing.slug_of("¡Justicia para los niños!") == "justicia-para-los-ninos"
    assert editing.slug_of("正义") == "action"
    with pytest.raises(Refused):
        editing.published(session, "clean-water", action.slug)
    with pytest.raises(Refused):
        editing.find(session, "other", editing.number(action))
    with pytest.raises(Refused):
        add(session, "strike")


def test_a_campaign_in_one_language_is_asked_for_that_one_alone(session: Session) -> None:
    session.get_one(Campaign, "clean-water").languages = "es"
    action = add(session, title_en="", text_en="")
    assert (action.title_en, action.text_en) == (FORM["title_es"], FORM["text_es"])


def test_each_kind_opens_once_it_has_what_it_needs(session: Session) -> None:
    def refusal(action: CampaignAction) -> str:
        try:
            editing.set_state(session, action, "open", today=TODAY)
        except Refused as refused:
            return refused.en
        return ""

    pledge = add(session, "pledge")
    assert refusal(pledge) == "Say on which day people should call."
    pledge.day = date(2026, 6, 19)
    assert refusal(pledge) == "That day has passed. Choose another one."
    pledge.day = TODAY
    assert refusal(pledge) == ""
    letter = add(session, "letter", slug="letter")
    assert refusal(letter) == "Say first which office the letter goes to."
    editing.replace_targets(session, letter, [office(letter)])
    assert refusal(letter) == ""
    with pytest.raises(Refused):
        editing.replace_targets(session, letter, [])
    assert refusal(add(session, slug="petition")) == ""
    assert len(editing.open_actions(session, "clean-water", today=TODAY)) == 3
    assert pledge not in editing.open_actions(session, "clean-water", today=date(2026, 6, 21))
    campaigns.set_state(session, "clean-water", "paused", by="x", now=NOW)
    assert editing.open_actions(session, "clean-water", today=TODAY) == []


def test_what_people_signed_stays_as_they_signed_it(session: Session) -> None:
    action = add(session)
    put(session, action, "ana", confirmed=False)
    editing.edit(session, action, {**FORM, "text_en": "Search for them all."})
    put(session, action, "bo")
    with pytest.raises(Refused) as refused:
        editing.edit(session, action, FORM)
    assert refused.value.status == 409
    editing.edit(session, action, {**FORM, "text_en": "Search for them all.", "goal": "9"})
    assert action.goal == 9


def test_numbers_names_and_search(session: Session) -> None:
    action, other = add(session, "signon"), add(session, slug="other")
    rows = [put(session, action, name) for name in ("ana", "bo", "cy")]
    for row, name in zip(rows, ("Zeta", "alpha", "ALPHA"), strict=True):
        row.organization = name
    put(session, action, "di", confirmed=False)
    put(session, other, "ana").show_name = True
    put(session, other, "bo")
    for row in rows[:2]:
        signatures.approve(session, row, now=NOW)
    signatures.withdraw(session, put(session, other, "ed"), now=NOW)
    found = signatures.counts(session, [action, other])
    assert found[editing.number(action)] == signatures.Counts(2, 1, 1, 0)
    assert found[editing.number(other)] == signatures.Counts(2, 0, 0, 1)
    assert [row.organization for row in signatures.shown(session, action)] == ["alpha", "Zeta"]
    assert [row.name for row in signatures.shown(session, other)] == ["ana"]
    assert signatures.alike(session, action) == {"alpha"}
    assert [row.name for row in signatures.search(session, action, "", []).rows] == ["cy", "di", "bo", "ana"]
    assert [row.name for row in signatures.search(session, action, "ALPH", []).rows] == ["cy", "bo"]
    assert [row.name for row in signatures.search(session, action, "%", []).rows] == []
    assert [row.name for row in signatures.search(session, action, "x@y", ["ana" * 4]).rows] == ["ana"]
    with pytest.raises(Refused):
        signatures.of_action(session, other, rows[0].id or 0)
    editing.remove(session, action)
    assert {row.action for row in session.exec(select(Signature))} == {other.id}
