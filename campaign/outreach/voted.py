"""How a member voted on passing a campaign's bills, in words."""

from collections.abc import Iterable
from typing import Final

from campaign.congress.members import Person
from campaign.outreach import names
from campaign.outreach.ask_kinds import VOTED_NO, VOTED_YES
from campaign.outreach.asks import Ask, CampaignAsks, ProposalBills
from campaign.outreach.bilingual import Text
from campaign.votes.models import ABSENT, NAY, PRESENT, YEA
from campaign.votes.standing import Stand

_WORDS: Final = {
    YEA: Text("{name}: voted yes on passage on {day}", "{name}: votó a favor de su aprobación el {day}"),
    NAY: Text("{name}: voted no on passage on {day}", "{name}: votó en contra de su aprobación el {day}"),
    PRESENT: Text(
        "{name}: voted “present” on passage on {day}", "{name}: votó «presente» en su aprobación el {day}"
    ),
    ABSENT: Text("{name}: did not vote on passage on {day}", "{name}: no votó en su aprobación el {day}"),
}


def lines(docket: CampaignAsks, person: Person, asks: Iterable[Ask]) -> tuple[Text, ...]:
    """One phrase for each bill of this Congress that the member's chamber has voted on passing, but for those
    whose ask (of ``asks``) says so itself."""
    said = {ask.matter.slug for ask in asks if ask.code in (VOTED_YES, VOTED_NO)}
    return tuple(_line(matter, stand) for matter, stand in docket.stands(person) if matter.slug not in said)


def _line(matter: ProposalBills, stand: Stand) -> Text:
    words = _WORDS[stand.cast]
    return Text.of_each(
        lambda lang: words.of(lang).format(name=matter.name(lang), day=names.day(stand.day, lang))
    )
