"""What single lines of real histories say."""

import pytest
from action_lines import LINES

from campaign.congress.stage_rules import signals_of


@pytest.mark.parametrize(("bill", "text", "codes", "signals"), LINES)
def test_q22_what_one_line_says(bill: str, text: str, codes: str, signals: str) -> None:
    said = {signal.value for signal in signals_of(text, frozenset(codes.split()))}
    assert said == set(signals.split())
