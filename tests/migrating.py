"""Upgrades of an empty SQLite file that copy the tables which the migrations make: to make them takes longer
than what a test does with them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Engine

from campaign import db


def copying(template: Path) -> Callable[[Engine], None]:
    """``db.upgrade``, with a migrated file at hand; whatever is not empty is upgraded as it is."""
    upgrade = db.upgrade

    def copy_or_upgrade(engine: Engine) -> None:
        file = Path(str(engine.url.database))
        if engine.dialect.name == "sqlite" and file.stat().st_size == 0:
            shutil.copyfile(template, file)
        else:
            upgrade(engine)

    return copy_or_upgrade
