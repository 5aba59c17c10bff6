"""Loaded last by the fork server: what each process would do anew at its first query and its first request."""

import gc

import sqlalchemy as sa
from sqlalchemy.orm import configure_mappers

from campaign.fetch import Fetcher

configure_mappers()
# Loads the driver.
sa.create_engine("postgresql+psycopg://")
with Fetcher(user_agent="kills"):
    pass
# A collection in a process would copy all that it shares with the server.
gc.freeze()
