"""The worklists by name, an entry on one, and the words for what a member did for a bill."""

from dataclasses import dataclass
from typing import Final

from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Bill
from campaign.organizing.worklist_facts import BillFacts
from campaign.outreach import names
from campaign.outreach.bilingual import Text

ASK_AGAIN: Final = "ask_again"
SUCCESSORS: Final = "successors"
SISTER_GAP: Final = "sister_gap"
COMMITTEE: Final = "committee_not_on"
COMPANION: Final = "companion_side"
WITHDREW: Final = "withdrew"
WAS_ON: Final = "was_on"
NEW: Final = "new_members"
NOT_LISTED: Final = "not_listed_yet"
GONE: Final = "gone"
# In the order in which an organizer should read them: former supporters first.
OPEN_LISTS = (ASK_AGAIN, WITHDREW, SUCCESSORS, SISTER_GAP, COMMITTEE, COMPANION)
ENDED_LISTS = (WAS_ON, SUCCESSORS, NEW, NOT_LISTED, GONE)
# Of a bill of a Congress before the last one most members are new, and seats have changed hands more than once.
HISTORY_LISTS = (WAS_ON, GONE)
LISTS = (WAS_ON, *OPEN_LISTS, NEW, NOT_LISTED, GONE)

LED: Final = Text("introduced", "presentó")
JOINED: Final = Text("co-sponsored", "copatrocinó")


@dataclass(frozen=True)
class Entry:
    """One member on one list, with the reason. ``mark`` is chair, vice_chair or ranking for a committee."""

    list: str
    person: Person
    text: Text
    mark: str = ""

    def reason(self, lang: str) -> str:
        return self.text.of(lang)


def did(facts: BillFacts, bill: Bill, verb: Text) -> Text:
    """``introduced last Congress's S. 4647, the Senate twin``."""
    number = BillId.of(bill.id)
    en, es = (names.earlier_bill(number, facts.sitting, facts.chamber, lang) for lang in ("en", "es"))
    return Text(f"{verb.en} {en}", f"{verb.es} {es}")
