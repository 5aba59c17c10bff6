"""Days as spreadsheets rewrite them: read where they mean one day, and never guessed."""

import pytest

from campaign.organizing.exports import Line
from campaign.organizing.written_days import settled

BOARD = {"A": "2026-06-25", "B": "2026-12-01", "C": "2026-05-05"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["2026-12-01"], ["2026-12-01"]),
        (["2026-12-01 00:00:00"], ["2026-12-01"]),
        (["2026-12-01T00:00:00"], ["2026-12-01"]),
        (["6/25/2026 0:00"], ["2026-06-25"]),
        (["6/25/26"], ["2026-06-25"]),
        (["25.6.2026"], ["2026-06-25"]),
        (["5/5/2026"], ["2026-05-05"]),
        # A day that reads one way tells the order of the file.
        (["12/25/2026", "x", "12/1/2026"], ["2026-12-25", "x", "2026-12-01"]),
        (["25/12/2026", "", "12/1/2026"], ["2026-12-25", "", "2026-01-12"]),
        # So does one that stands on the board.
        (["", "12/1/2026", "11/2/2026"], ["", "2026-12-01", "2026-11-02"]),
        (["", "1/12/2026", "11/2/2026"], ["", "2026-12-01", "2026-02-11"]),
        # 5/5 tells nothing; neither do two orders in one file.
        (["", "", "5/5/2026", "12/1/2026"], ["", "", "2026-05-05", "12/1/2026"]),
        (["12/25/2026", "", "25/12/2026", "12/1/2026"], ["2026-12-25", "", "2026-12-25", "12/1/2026"]),
        (["12/1/2026"], ["12/1/2026"]),
        (["13/13/2026"], ["13/13/2026"]),
        (["2/30/2026"], ["2/30/2026"]),
        (["6/25-2026"], ["6/25-2026"]),
        (["2026-12-01 14:30:00"], ["2026-12-01 14:30:00"]),
    ],
)
def test_a_file_tells_in_which_order_it_writes_its_days(written: list[str], read: list[str]) -> None:
    lines = [
        Line(number, {"bioguide": who, "next_on": day})
        for number, (who, day) in enumerate(zip("abcd", written, strict=False), 2)
    ]
    assert [line.cells["next_on"] for line in settled(lines, BOARD)] == read


def test_a_file_without_the_column_stays_as_it_is() -> None:
    lines = [Line(2, {"bioguide": "A"})]
    assert settled(lines, BOARD) == lines
