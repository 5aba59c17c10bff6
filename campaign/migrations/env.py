"""How Alembic finds the tables: every room's models are imported here, and nowhere else together."""

import campaign.congress.models
import campaign.districts.models
import campaign.outreach.models
import campaign.runs
from alembic import context
from sqlmodel import SQLModel


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
