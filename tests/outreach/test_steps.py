"""Counts of steps: added up by day, shown from twenty on, and nothing smaller to be worked out."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from campaign import db
from campaign.outreach import steps
from campaign.outreach.models import StepCount
from campaign.outreach.steps import StepKey

TODAY = date(2026, 6, 22)


def key(step: str = "landed", back: int = 0, campaign: str = "ours", language: str = "en") -> StepKey:
    return StepKey(TODAY - timedelta(days=back), step, campaign, language)


def add(session: Session, **counts: int) -> None:
    """Counts of landings by the days before today: ``d3=25``."""
    steps.add(session, {key(back=int(name[1:])): count for name, count in counts.items()})


def landed(session: Session) -> list[int | None]:
    """The count of each day, today's first."""
    found = steps.by_day(session, "ours", "en", until=TODAY)["landed"]
    return [found[TODAY - timedelta(days=back)] for back in range(steps.DAYS_SHOWN)]


def test_counts_add_up_by_day_step_campaign_and_language(engine: Engine) -> None:
    waiting = Counter({key(): 30, key("found"): 20, key(back=29): 5, key(back=30): 100})
    others = Counter({key(language="es"): 70, key(campaign="theirs"): 90})
    for counts in (waiting, waiting, others):
        with db.writing(engine) as session:
            steps.add(session, counts)
    with db.writing(engine) as session:
        totals = steps.totals(session, "ours", "en", until=TODAY)
        assert totals == {"landed": 70, "found": 40, "called": None, "reported": None, "shared": None}
        assert steps.totals(session, "ours", "es", until=TODAY)["landed"] == 70
        assert steps.trim(session, before=TODAY) == 2
        assert {row.day for row in session.exec(select(StepCount))} == {TODAY}


@pytest.mark.parametrize(("count", "shown"), [(0, None), (19, None), (20, 20)])
def test_no_count_below_the_floor_is_shown(sqlite_engine: Engine, count: int, shown: int | None) -> None:
    with db.writing(sqlite_engine) as session:
        add(session, d0=count, d1=0)
        assert steps.totals(session, "ours", "en", until=TODAY)["landed"] == shown
        assert landed(session)[0] == shown


def test_one_small_day_takes_the_next_smallest_with_it(sqlite_engine: Engine) -> None:
    """Else the total without the others would give it away."""
    with db.writing(sqlite_engine) as session:
        add(session, **{f"d{back}": 100 + back for back in range(steps.DAYS_SHOWN)})
        assert landed(session) == [100 + back for back in range(steps.DAYS_SHOWN)]
        session.get_one(StepCount, key(back=7)).count = 4
        session.flush()
        assert [back for back, count in enumerate(landed(session)) if count is None] == [0, 7]
        session.get_one(StepCount, key(back=9)).count = 3
        session.flush()
        assert [back for back, count in enumerate(landed(session)) if count is None] == [7, 9]
