"""A campaign in two languages that nothing else is known of."""

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.proposals import campaigns


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with db.writing(engine) as session:
        campaigns.add_campaign(session, "clean-water", title_en="Clean water", title_es="Agua limpia")
        yield session
