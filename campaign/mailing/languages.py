"""The language in which a campaign writes to a reader: the reader's own, or the only one that it offers."""

import sqlalchemy as sa
from sqlmodel import Session, col

from campaign.mailing.models import Subscriber
from campaign.proposals import campaigns


def language(session: Session, campaign: str) -> sa.ColumnElement[str]:
    """The language of each of a campaign's readers, for a query of them."""
    offered = campaigns.offered(session, campaign)
    own: sa.ColumnElement[str] = sa.type_coerce(col(Subscriber.language), sa.String)
    return own if len(offered) > 1 else sa.literal(offered[0], sa.String)
