"""Letters to an office that is not Congress: the ask, the writer's own sentence, chosen points, thanks.

Composed as those to members (letters.py) and like them not stored.
"""

import random
from collections.abc import Mapping
from datetime import date
from typing import Final

from campaign.actions.models import CampaignAction, Target
from campaign.outreach import letters, names, phrases, wording_checks, wordings
from campaign.outreach.bilingual import Text
from campaign.outreach.letters import Choices, Letter, Point
from campaign.outreach.phrases import paragraphs
from campaign.refusals import Refused

# How a letter ends; the program has no other.
_CLOSING: Final = Text("Respectfully,", "Atentamente,")


def points(action: CampaignAction, lang: str) -> tuple[Point, ...]:
    """What the writer of a letter can choose from; empty where nothing is written."""
    return letters.read_points(getattr(action, f"points_{lang}"))


def compose(
    action: CampaignAction, target: Target, choices: Choices, lang: str, *, today: date, final: bool = False
) -> Letter:
    """The letter for these choices; the same choices make the same letter.

    What the writer left empty stays a blank; in a ``final`` letter their own sentence and address are left out
    instead.
    """
    chance = random.Random(f"{choices.variant}|{target.id}|{choices.points}")  # noqa: S311 - variety, not secrecy
    written = letters.written(choices, lang)
    own = [written["your_sentence"]] if choices.sentence or not final else []
    thanks = chance.choice(paragraphs(phrases.as_shipped("letters", "thanks", lang)))
    signed = (_CLOSING.of(lang), written["your_name"], written["your_address"])
    return Letter(
        day=names.day(today, lang),
        recipient=recipient(target, lang),
        salutation=_salutation(getattr(target, f"salutation_{lang}")),
        body=(
            *paragraphs(getattr(action, f"text_{lang}")),
            *own,
            *_chosen(action, choices, lang, chance),
            thanks,
        ),
        signed=signed if choices.address or not final else signed[:-1],
    )


def _chosen(action: CampaignAction, choices: Choices, lang: str, chance: random.Random) -> list[str]:
    """The chosen points, each in one of its wordings; some at random where none was chosen."""
    offered = {point.id: point for point in points(action, lang)}
    chosen = [id for id in choices.points if id in offered]
    chosen = chosen or chance.sample(sorted(offered), min(letters.USUAL_POINTS, len(offered)))
    return [chance.choice(offered[id].wordings) for id in chosen]


def recipient(target: Target, lang: str) -> tuple[str, ...]:
    """The lines of the address: who, the office, where."""
    title = getattr(target, f"title_{lang}")
    where = [line.strip() for line in target.address.splitlines() if line.strip()]
    return (*([target.name] if target.name else []), title, *where)


def _salutation(text: str) -> str:
    return text if text.endswith((":", ",")) else f"{text}:"


def check_points(texts: Mapping[str, str]) -> None:
    """Raise Refused for points that cannot be read, differ between languages, or have fields: who a letter goes
    to stands in its salutation alone."""
    wording_checks.check_phrase("choices", "", texts)
    if any(wordings.BRACKET.search(text) for text in texts.values()):
        raise Refused(
            "The points of this letter have no fields in square brackets.",
            "Los puntos de esta carta no llevan campos entre corchetes.",
        )
