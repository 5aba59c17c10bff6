"""How Alembic finds the tables: every room's models are imported here, and nowhere else together."""

from alembic import context
from sqlmodel import SQLModel

from campaign import runs
from campaign.accounts import models as accounts
from campaign.calendar import models as calendar
from campaign.congress import models as congress
from campaign.districts import models as districts
from campaign.mailing import models as mailing
from campaign.organizing import models as organizing
from campaign.outreach import models as outreach
from campaign.votes import models as votes

ROOMS = (runs, congress, calendar, votes, districts, outreach, mailing, accounts, organizing)


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
