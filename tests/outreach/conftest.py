"""The asks of the shipped campaign on a Saturday in June 2026, and the sitting members."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import members
from campaign.congress.members import Person
from campaign.outreach import asks
from campaign.outreach.asks import Ask, CampaignAsks


@pytest.fixture(scope="session")
def docket(snapshot_engine: Engine) -> CampaignAsks:
    with db.reading(snapshot_engine) as session:
        return asks.campaign_asks(session, now=datetime(2026, 6, 20, 15, tzinfo=UTC))


@pytest.fixture(scope="session")
def sitting(snapshot_engine: Engine) -> list[Person]:
    with db.reading(snapshot_engine) as session:
        return list(members.people(session, now=datetime(2026, 6, 20, 15, tzinfo=UTC)).values())


@pytest.fixture(scope="session")
def everybody(docket: CampaignAsks, sitting: list[Person]) -> list[tuple[Person, list[Ask]]]:
    """Every sitting member with what is asked of them."""
    return [(person, docket.asks(person)) for person in sitting]
