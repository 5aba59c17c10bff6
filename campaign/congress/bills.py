"""Names of bills and of Congresses, and when a Congress begins and ends. No I/O."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date

Chamber = Literal["house", "senate"]

# Abbreviations of the Library of Congress: https://www.congress.gov/help/legislative-glossary
SHORT_NAMES = {
    "hr": "H.R.",
    "s": "S.",
    "hjres": "H.J.Res.",
    "sjres": "S.J.Res.",
    "hconres": "H.Con.Res.",
    "sconres": "S.Con.Res.",
    "hres": "H.Res.",
    "sres": "S.Res.",
}
PUBLIC_NAMES = {
    "hr": "house-bill",
    "s": "senate-bill",
    "hjres": "house-joint-resolution",
    "sjres": "senate-joint-resolution",
    "hconres": "house-concurrent-resolution",
    "sconres": "senate-concurrent-resolution",
    "hres": "house-resolution",
    "sres": "senate-resolution",
}
TYPES = tuple(SHORT_NAMES)
WASHINGTON = ZoneInfo("America/New_York")
FIRST_CONGRESS_YEAR = 1789


@dataclass(frozen=True, order=True)
class BillId:
    """One measure in one Congress; ``str()`` gives ``hr6736-119``."""

    congress: int
    type: str
    number: int

    def __str__(self) -> str:
        return f"{self.type}{self.number}-{self.congress}"

    @property
    def short(self) -> str:
        """``H.R. 6736``: the number without its Congress."""
        return f"{SHORT_NAMES[self.type]} {self.number}"

    @property
    def named(self) -> str:
        """``H.R. 6736 (119th)``: readable, and accepted by ``parse_bill``."""
        return f"{self.short} ({ordinal(self.congress)})"

    @property
    def chamber(self) -> Chamber:
        return "house" if self.type.startswith("h") else "senate"

    @property
    def public_address(self) -> str:
        """The bill's page at congress.gov."""
        folder = f"{ordinal(self.congress)}-congress/{PUBLIC_NAMES[self.type]}"
        return f"https://www.congress.gov/bill/{folder}/{self.number}"

    @classmethod
    def of(cls, text: str) -> "BillId":
        """From the stored form ``hr6736-119``; raises ValueError for anything else."""
        if not (m := _STORED.fullmatch(text)):
            raise ValueError(f"not a bill id: {text!r}")
        return cls(int(m[3]), m[1], int(m[2]))


def ordinal(number: int, lang: str = "en") -> str:
    """A Congress by its number as people write it: ``119th``, ``121st``; in Spanish ``121.º``."""
    if lang == "es":
        return f"{number}.º"
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@lru_cache(2000)
def day_in_words(day: date, lang: str) -> str:
    """``June 1, 2026``; ``1 de junio de 2026``."""
    return str(format_date(day, "long", locale=lang))


_ANY_TYPE = "|".join(sorted(TYPES, key=len, reverse=True))
# The stored form: type, number, Congress. Published as it is, so in the syntax that JSON Schema shares.
STORED_FORM = rf"^({_ANY_TYPE})([1-9][0-9]{{0,5}})-([1-9][0-9]{{0,2}})$"
_STORED = re.compile(STORED_FORM)


def congress_on(moment: datetime) -> int:
    """The Congress sitting at an aware moment: it changes at noon Eastern on 3 January of odd years
    (U.S. Constitution, Amendment XX, section 1)."""
    congress = (moment.astimezone(WASHINGTON).year - FIRST_CONGRESS_YEAR) // 2 + 1
    return congress if moment >= congress_start(congress) else congress - 1


def congress_of(day: date) -> int:
    """The Congress that sits in the afternoon of a day in Washington."""
    return congress_on(datetime.combine(day, time(12), WASHINGTON))


def congress_start(congress: int) -> datetime:
    """Noon Eastern on the day that a Congress begins and its predecessor ends."""
    year = FIRST_CONGRESS_YEAR + 2 * (congress - 1)
    return datetime.combine(date(year, 1, 3), time(12), WASHINGTON)


def congress_end(congress: int) -> datetime:
    """The moment a Congress ends: the start of the next one."""
    return congress_start(congress + 1)


def days_left(moment: datetime) -> int | None:
    """Days until the sitting Congress ends, by Washington's calendar: 0 on 3 January before noon.

    None before its last December, when the end is too far off to be spoken of.
    """
    year = congress_end(congress_on(moment)).year
    today = moment.astimezone(WASHINGTON).date()
    return days_to_end(moment) if today >= date(year - 1, 12, 1) else None


def days_to_end(moment: datetime) -> int:
    """Days until the sitting Congress ends, by Washington's calendar."""
    last = congress_end(congress_on(moment)).date()
    return (last - moment.astimezone(WASHINGTON).date()).days


_SHORT = re.compile(r"\b((?:H|S)\.(?:[A-Z][a-z]*\.?)*) (?=\d)")


def on_one_line(text: str) -> str:
    """``text`` with a no-break space in each number of a bill, such as H.R. 6736."""
    return _SHORT.sub("\\1\N{NO-BREAK SPACE}", text)
