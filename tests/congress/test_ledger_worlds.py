"""Invented worlds that lie: whatever is cut, lost or doubled, the ledger ends equal to the record."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from fuzzing import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from observations import BILL, INTRODUCED, REFERRED, observed
from sqlalchemy.engine import Engine

from campaign import db
from campaign.congress import ledger
from campaign.congress.observation import ActionRow, CosponsorRow, Observation

FIRST_DAY = date(2025, 12, 16)
LAST_DAY = 60
PEOPLE = [f"P{number:06d}" for number in range(1, 7)]

# What a person does: joins on one day and may leave later; may come back once.
stays = st.tuples(st.integers(0, LAST_DAY), st.none() | st.integers(1, 30))
lives = st.dictionaries(st.sampled_from(PEOPLE), st.lists(stays, min_size=1, max_size=2))
lines = st.lists(st.integers(0, LAST_DAY), max_size=4)
# What a reading suffers: nothing, rows lost with or without being noticed, a row doubled.
faults = st.sampled_from(["none", "none", "short", "phantom", "double"])
visits = st.lists(st.tuples(st.integers(0, LAST_DAY), faults, st.randoms()), min_size=1, max_size=12)


def day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number)


def joinings(life: dict[str, list[tuple[int, int | None]]]) -> list[CosponsorRow]:
    rows = {}
    for person, episodes in life.items():
        for start, length in episodes:
            end = None if length is None else day(start + length)
            rows[person, day(start)] = CosponsorRow(bioguide=person, joined=day(start), withdrawn=end)
    return list(rows.values())


def standing_at(rows: list[CosponsorRow], today: date) -> list[CosponsorRow]:
    """The list as Congress shows it on a day: rows stay, a withdrawal shows from its day on."""
    return [
        row if row.withdrawn is None or row.withdrawn <= today else row.model_copy(update={"withdrawn": None})
        for row in rows
        if row.joined <= today
    ]


def visit(
    rows: list[CosponsorRow], number: int, fault: str, chance: Random | None, extra: list[int], hour: int
) -> Observation:
    shown = standing_at(rows, day(number))
    history = (*(_line(n) for n in sorted(extra, reverse=True) if n <= number), REFERRED, INTRODUCED)
    problem = ""
    if chance and fault in ("short", "phantom") and shown:
        shown.pop(chance.randrange(len(shown)))
        problem = "one row short" if fault == "short" else ""
    if chance and fault == "double" and shown:
        shown.insert(0, chance.choice(shown))
    return observed(*shown, hour=hour, actions=history, problem=problem)


def _line(number: int) -> ActionRow:
    return ActionRow(acted=day(number), text=f"Committee hearing {number} held.")


@pytest.fixture(scope="module")
def in_memory() -> Iterator[Engine]:
    """One engine for all worlds: each would compile every statement anew. Files are slow."""
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    yield engine
    engine.dispose()


def empty(engine: Engine, template: Path) -> None:
    """Put the template's database in place of what is there."""
    source = sqlite3.connect(template)
    with engine.connect() as connection:
        source.backup(connection.connection.driver_connection)
    source.close()


@settings(max_examples=cases(60))
@given(life=lives, extra=lines, seen=visits)
def test_the_ledger_ends_equal_to_the_record(
    in_memory: Engine,
    sqlite_template: Path,
    life: dict[str, list[tuple[int, int | None]]],
    extra: list[int],
    seen: list,
) -> None:
    rows = joinings(life)
    path = [*sorted(seen, key=lambda step: step[0]), *[(LAST_DAY + 40, "none", None)] * 2]
    empty(in_memory, sqlite_template)
    for hour, (number, fault, chance) in enumerate(path):
        observation = visit(rows, number, fault, chance, extra, hour)
        with db.writing(in_memory) as session:
            ledger.record(session, observation)
    check(in_memory, rows, extra)


def check(engine: Engine, rows: list[CosponsorRow], extra: list[int]) -> None:
    with db.reading(engine) as session:
        counted = Counter(
            (change.kind, change.bioguide, change.happened) for change in ledger.changes_since(session)
        )
        joined = {("cosponsored", row.bioguide, row.joined) for row in rows}
        left = Counter(("withdrew", row.bioguide, row.withdrawn) for row in rows if row.withdrawn)
        assert {key: n for key, n in counted.items() if key[0] == "cosponsored"} == dict.fromkeys(joined, 1)
        assert {key: n for key, n in counted.items() if key[0] == "withdrew"} == dict(left)
        assert not [key for key in counted if key[0] in ("withdrawal_retracted", "action_retracted")]
        record = ledger.current(session, BILL, now=datetime(2026, 6, 1, tzinfo=UTC))
        assert len(record.actions) == 2 + len(set(extra))
        for number in range(0, LAST_DAY + 35, 7):
            then = ledger.as_of(session, BILL, day(number), now=datetime(2026, 6, 1, tzinfo=UTC))
            stood = standing_at(rows, day(number))
            assert then.active == {row.bioguide for row in stood if row.withdrawn is None}
