"""How far visitors come, as counts of a day: nothing tells one visitor, or one page, from another.

docs/decisions/0017-steps-are-counted.md says what each step is and what its count cannot say.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from campaign.outreach.models import StepCount

# In order: came from elsewhere, saw their members, opened a script, reported a call, used a share link.
STEPS: Final = ("landed", "found", "called", "reported", "shared")
# No smaller count is shown to anybody.
FLOOR: Final = 20
DAYS_SHOWN: Final = 30
KEPT: Final = timedelta(days=365)


class StepKey(NamedTuple):
    """What a count is about; ``campaign`` is a slug."""

    day: date
    step: str
    campaign: str
    language: str


def add(session: Session, counts: Mapping[StepKey, int]) -> None:
    """Add to the counts of days, in the caller's write transaction."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    # Sorted, so that two processes lock rows in the same order.
    for key, count in sorted(counts.items()):
        row = insert(StepCount).values(**key._asdict(), count=count)
        more = {"count": StepCount.count + count}
        session.execute(row.on_conflict_do_update(index_elements=list(StepKey._fields), set_=more))


def trim(session: Session, *, before: date) -> int:
    """Delete the counts of days before ``before``; returns how many."""
    deleted = session.execute(sa.delete(StepCount).where(col(StepCount.day) < before))
    return deleted.rowcount  # type: ignore[attr-defined, no-any-return]


# --- reading the counts ------------------------------------------------------------------------------


def totals(session: Session, campaign: str, language: str, *, until: date) -> dict[str, int | None]:
    """Each step's count over the ``DAYS_SHOWN`` days up to ``until``; None below ``FLOOR``.

    By language alone: with a sum of both, a count below the floor could be worked out.
    """
    total = sa.func.sum(col(StepCount.count))
    rows = sa.select(col(StepCount.step), total).where(*_shown(campaign, language, until))
    found = {step: int(count) for step, count in session.execute(rows.group_by(col(StepCount.step)))}
    return {step: _or_none(found.get(step, 0)) for step in STEPS}


def by_day(session: Session, campaign: str, language: str, *, until: date) -> dict[str, dict[date, int | None]]:
    """Each step's count on each of these days; None where it is not shown.

    Where one day alone is below the floor, the smallest of the others is left out with it: else the total would
    give it away.
    """
    rows = sa.select(col(StepCount.step), col(StepCount.day), col(StepCount.count))
    found: dict[str, dict[date, int]] = {step: dict.fromkeys(_days(until), 0) for step in STEPS}
    for step, day, count in session.execute(rows.where(*_shown(campaign, language, until))):
        found[step][day] = count
    return {step: _without_small(counts) for step, counts in found.items()}


def _without_small(counts: Mapping[date, int]) -> dict[date, int | None]:
    small = {day for day, count in counts.items() if count < FLOOR}
    if len(small) == 1:
        small.add(min((day for day in counts if day not in small), key=lambda day: (counts[day], day)))
    return {day: None if day in small else count for day, count in counts.items()}


def _or_none(count: int) -> int | None:
    return count if count >= FLOOR else None


def _days(until: date) -> Iterator[date]:
    return (until - timedelta(days=back) for back in reversed(range(DAYS_SHOWN)))


def _shown(campaign: str, language: str, until: date) -> list[sa.ColumnElement[bool]]:
    return [
        col(StepCount.campaign) == campaign,
        col(StepCount.language) == language,
        col(StepCount.day) > until - timedelta(days=DAYS_SHOWN),
        col(StepCount.day) <= until,
    ]
