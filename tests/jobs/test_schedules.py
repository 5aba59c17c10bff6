"""Slots: the due moments of a schedule, on ordinary days and when daylight saving time begins and ends."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from jobs.worker import DAYS, JOBS, Schedule

NEW_YORK = ZoneInfo("America/New_York")
HOURLY = Schedule(minute=7)
NIGHTLY = Schedule(minute=30, hour=1)
JUMPED = Schedule(minute=30, hour=2)
WEEKLY = Schedule(minute=0, hour=8, weekdays=("mon",))
WORKDAYS = Schedule(minute=15, hour=7, weekdays=DAYS[:5])
QUARTERLY = Schedule(minute=6, every=15)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "slot"),
    [
        (HOURLY, "2026-06-20T15:07:00", "2026-06-20T15:07:00"),
        (QUARTERLY, "2026-06-20T15:05:59", "2026-06-20T14:51:00"),
        (QUARTERLY, "2026-06-20T15:21:00", "2026-06-20T15:21:00"),
        (HOURLY, "2026-06-20T15:06:59", "2026-06-20T14:07:00"),
        (HOURLY, "2026-06-20T15:59:59.999", "2026-06-20T15:07:00"),
        # The hour from one to two repeats: two hours pass, so two slots.
        (HOURLY, "2026-11-01T05:10:00", "2026-11-01T05:07:00"),
        (HOURLY, "2026-11-01T06:10:00", "2026-11-01T06:07:00"),
        (NIGHTLY, "2026-06-20T05:29:59", "2026-06-19T05:30:00"),
        (NIGHTLY, "2026-06-20T05:30:00", "2026-06-20T05:30:00"),
        # Half past one repeats; the slot is its first occurrence.
        (NIGHTLY, "2026-11-01T05:30:00", "2026-11-01T05:30:00"),
        (NIGHTLY, "2026-11-01T06:30:00", "2026-11-01T05:30:00"),
        (NIGHTLY, "2026-11-02T06:30:00", "2026-11-02T06:30:00"),
        # Half past two does not exist; the slot is the moment of the change.
        (JUMPED, "2026-03-08T07:30:00", "2026-03-08T07:30:00"),
        (JUMPED, "2026-03-08T07:29:00", "2026-03-07T07:30:00"),
        # Monday at eight is eight on the wall, in winter and in summer.
        (WEEKLY, "2026-03-02T13:00:00", "2026-03-02T13:00:00"),
        (WEEKLY, "2026-03-09T12:00:00", "2026-03-09T12:00:00"),
        (WEEKLY, "2026-03-09T11:59:00", "2026-03-02T13:00:00"),
        (WEEKLY, "2026-06-21T23:00:00", "2026-06-15T12:00:00"),
        # From Friday's morning on none until Monday's.
        (WORKDAYS, "2026-06-21T23:00:00", "2026-06-19T11:15:00"),
        (WORKDAYS, "2026-06-22T11:15:00", "2026-06-22T11:15:00"),
    ],
)
def test_slot_is_the_newest_due_moment(schedule: Schedule, now: str, slot: str) -> None:
    assert schedule.slot(utc(now), NEW_YORK) == utc(slot)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "Pacific/Guam", "Asia/Kolkata"])
@pytest.mark.parametrize("schedule", [HOURLY, NIGHTLY, JUMPED, WEEKLY])
def test_every_wake_up_of_two_years_means_one_slot(zone: str, schedule: Schedule) -> None:
    """APScheduler decides when to wake, ``slot`` what for: no wake-up may mean a slot of the future, and each
    day, hour or week must be meant once."""
    here, trigger = ZoneInfo(zone), schedule.trigger(ZoneInfo(zone))
    now, end, slots = utc("2026-01-01T00:00:00"), utc("2028-01-01T00:00:00"), []
    step = timedelta(seconds=1)
    if schedule is HOURLY:
        end = utc("2026-12-01T00:00:00")
    while (wake := trigger.get_next_fire_time(None, now)) and wake < end:
        slot = schedule.slot(wake, here)
        assert slot <= wake.astimezone(UTC) < slot + timedelta(hours=1, minutes=1)
        slots.append(slot)
        # In UTC: arithmetic on a wall clock would forget which of two equal hours this is.
        now = wake.astimezone(UTC) + step
    distinct = sorted(set(slots))
    longest = max(later - earlier for earlier, later in pairwise(distinct))
    assert longest <= {HOURLY: timedelta(hours=1), WEEKLY: timedelta(days=7, hours=1)}.get(
        schedule, timedelta(days=1, hours=1)
    )


def test_shipped_schedules_stay_clear_of_the_hours_that_jump() -> None:
    assert [job.name for job in JOBS if job.schedule.hour in (1, 2)] == []


def test_shipped_jobs_have_distinct_names() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
