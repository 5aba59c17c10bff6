"""Workers killed with SIGKILL at random moments, again and again (the long loop: ``make kills``)."""

from pathlib import Path

from sqlalchemy.engine import Engine

from benchmarks.kills import kill_loop


def test_e03_a_loop_of_kills_loses_nobody_and_doubles_nobody(engine: Engine, tmp_path: Path) -> None:
    url = engine.url.render_as_string(hide_password=False)
    found = kill_loop(url, tmp_path, readers=400, kills=3, seed=11)
    assert found["lost"] == 0
    assert found["extra"] == 0
    assert found["unknown"] <= found["kills"]
    assert found["lost_at_last"] == 0
    assert found["extra_at_last"] <= found["kills"]
