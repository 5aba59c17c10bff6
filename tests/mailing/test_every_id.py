"""The list of what mail promises: each id of the specification stands in a test's name."""

import re
from pathlib import Path

IDS = {f"e{number:02d}" for number in range(1, 48)}


def test_every_promise_has_a_test_with_its_id() -> None:
    here = Path(__file__).parent
    names = [
        name
        for path in here.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    ]
    told = {one for name in names for one in re.findall(r"(?<=_)e\d\d(?=_)", name)}
    assert IDS - told == set()
    assert told - IDS == set()
