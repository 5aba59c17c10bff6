"""Campaigns and proposals: adding them and changing their words."""

import pytest
from sqlmodel import Session

from campaign.proposals import campaigns
from campaign.refusals import Refused


def test_proposals_stand_in_the_organizers_order_and_can_be_rewritten(session: Session) -> None:
    campaigns.add_proposal(
        session, "armas-act", campaign="iron-river", name_en="ARMAS", name_es="Ley ARMAS", position=5
    )
    assert [(p.slug, p.name_es) for p in campaigns.campaign_proposals(session, "iron-river")] == [
        ("stop-arming-cartels-act", "Stop Arming Cartels Act"),
        ("armas-act", "Ley ARMAS"),
    ]
    assert campaigns.campaign_proposals(session, "elsewhere") == []
    for slug in ("", "Armas Act", "../etc", "-a"):
        with pytest.raises(Refused):
            campaigns.add_proposal(session, slug, campaign="iron-river", name_en="x", name_es="x")
    with pytest.raises(Refused):
        campaigns.add_proposal(session, "x", campaign="elsewhere", name_en="x", name_es="x")
