"""The bills and proposals of the first campaign, in both databases."""

from collections.abc import Iterator

import pytest
from filled import filled_by
from first_campaign import BILLS, put
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.proposals import campaigns


def begin(engine: Engine) -> None:
    with db.writing(engine) as session:
        for row in BILLS:
            put(session, *row)
        campaigns.add_campaign(session, "iron-river", title_en="Iron River", title_es="Río de hierro")
        for place, (slug, name) in enumerate(
            (("armas-act", "ARMAS Act"), ("stop-arming-cartels-act", "Stop Arming Cartels Act"))
        ):
            campaigns.add_proposal(
                session, slug, campaign="iron-river", name_en=name, name_es=name, position=place
            )


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """The campaign's bills and proposals, of which nobody has confirmed anything yet."""
    with db.writing(filled_by(begin, engine)) as session:
        yield session
