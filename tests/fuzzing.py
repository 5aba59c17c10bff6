"""How many invented cases a test tries: a few in the suite; ``make fuzz`` multiplies them, for hours."""

import os

TIMES = int(os.environ.get("FUZZ", "1"))


def cases(number: int) -> int:
    return number * TIMES
