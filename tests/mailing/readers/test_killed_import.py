"""An import that is killed and run again."""

from pathlib import Path

from sqlalchemy.engine import Engine

from benchmarks.kills.readers import kill_loop


def test_an_import_killed_at_any_moment_and_run_again_has_everybody_once(
    snapshot_copy: Engine, tmp_path: Path
) -> None:
    """The long loop, on both databases: ``make kills``."""
    found = kill_loop(snapshot_copy, tmp_path, kills=2, seed=5, readers=500)
    assert (found.kills, found.lost, found.excess) == (2, 0, 0), found
