"""Web workers that are killed while reports of calls come in."""

from sqlalchemy.engine import Engine

from benchmarks.kills.web import kill_loop


def test_what_was_answered_as_counted_is_counted_once_whoever_is_killed(snapshot_copy: Engine) -> None:
    """The long loop, on both databases: ``make kills``."""
    found = kill_loop(snapshot_copy, kills=1, seed=13)
    assert (found.kills, found.lost, found.excess) == (1, 0, 0), found
