"""Rules that every table keeps."""

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from campaign import tables


def test_times_are_aware() -> None:
    """A plain DateTime column comes back without a zone on SQLite; SQLModel's own type does not."""
    plain = [
        f"{table.name}.{column.name}"
        for table in tables.metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.DateTime)
    ]
    assert plain == []


def test_words_are_stored_as_words() -> None:
    """An enum column stores a member's name, which a renaming would break."""
    enums = [
        f"{table.name}.{column.name}"
        for table in tables.metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Enum)
    ]
    assert enums == []


def test_every_table_has_a_key() -> None:
    assert [table.name for table in tables.metadata().sorted_tables if not table.primary_key.columns] == []


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata()) == []


def test_the_backup_knows_every_table(engine: Engine) -> None:
    """A table that campaign/tables.py does not find would be missing from every backup."""
    found = set(sa.inspect(engine).get_table_names()) - {"alembic_version"}
    assert found == set(tables.metadata().tables)
