"""One situation for each ask: what leads to it and nothing else."""

from datetime import date

from campaign.congress.bills import BillId
from campaign.outreach.asks import Earlier, Situation
from campaign.outreach.asks import Seat as Place

SITUATIONS = {
    "cosponsor": Situation(),
    "thank": Situation(joined=date(2025, 9, 30)),
    "sponsor": Situation(sponsor=True),
    "rejoin": Situation(earlier=Earlier(BillId.of("hr6618-118"), 2023, False)),
    "withdrew": Situation(left=date(2026, 3, 4)),
    "committee": Situation(seat=Place("HSFA", "House Committee on Foreign Affairs", False)),
    "committee_chair": Situation(seat=Place("HSFA", "House Committee on Foreign Affairs", True)),
    "delegate": Situation(votes=False),
    "next_congress": Situation(living=False),
    "floor": Situation(vote_near=True),
}
