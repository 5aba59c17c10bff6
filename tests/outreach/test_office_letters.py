"""Letters to an office: the same mechanics as to members, another addressee."""

from datetime import date

import pytest

from campaign.actions.models import CampaignAction, Target
from campaign.outreach import office_letters
from campaign.outreach.letters import Choices
from campaign.refusals import Refused

POINTS = "## cost: What it costs\nIt costs a year.\n\n## homes: Homes\nIt keeps homes dry."
ACTION = CampaignAction(
    id=1, campaign="x", slug="x", kind="letter", title_en="Write", title_es="Escriba", text_en="I ask.\n\nAct.",
    text_es="Pido.\n\nActúe.", points_en=POINTS, points_es=POINTS,
)  # fmt: skip
TARGET = Target(
    id=3, action=1, position=0, title_en="President", title_es="Presidenta", name="Ana Ruiz",
    salutation_en="Dear President", salutation_es="Estimada presidenta:", address="1 Main Street\nAustin",
)  # fmt: skip
TODAY = date(2026, 6, 20)


def test_the_ask_their_own_sentence_the_chosen_points_thanks() -> None:
    wanted = Choices(("homes",), 4, name="Bo", sentence="My well is dry.")
    letter = office_letters.compose(ACTION, TARGET, wanted, "en", today=TODAY, final=True)
    assert letter.recipient == ("Ana Ruiz", "President", "1 Main Street", "Austin")
    assert letter.salutation == "Dear President:"
    assert letter.body[:4] == ("I ask.", "Act.", "My well is dry.", "It keeps homes dry.")
    assert letter.signed == ("Respectfully,", "Bo")
    assert letter == office_letters.compose(ACTION, TARGET, wanted, "en", today=TODAY, final=True)


def test_in_spanish_with_blanks_left() -> None:
    letter = office_letters.compose(ACTION, TARGET, Choices(variant=1), "es", today=TODAY)
    assert letter.recipient[1] == "Presidenta"
    assert letter.salutation == "Estimada presidenta:"
    assert letter.open
    assert len(letter.body) == 6
    assert letter.signed[0] == "Atentamente,"
    nameless = Target(**{**TARGET.model_dump(), "name": ""})
    assert office_letters.recipient(nameless, "es")[0] == "Presidenta"


@pytest.mark.parametrize(
    "texts",
    [{"en": "no heading"}, {"en": "## a: A\nx", "es": "## b: B\nx"}, {"en": "## a: A\nSign [bill]."}],
)
def test_points_that_no_letter_can_be_made_of_are_refused(texts: dict[str, str]) -> None:
    with pytest.raises(Refused):
        office_letters.check_points(texts)
