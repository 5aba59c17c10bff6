"""Every table of the service, for what handles a whole database: backups, copies, migrations."""

from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import SQLModel

MODULES = ("runs", *sorted(f"{file.parent.name}.models" for file in Path(__file__).parent.glob("*/models.py")))


def metadata() -> sa.MetaData:
    """All tables, whichever rooms this process has loaded so far: each room defines its own in ``models``."""
    for module in MODULES:
        import_module(f"{__package__}.{module}")
    return SQLModel.metadata
