"""Names of bills: what people type, what addresses say, what the record keeps. No I/O."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from campaign.refusals import Refused

Chamber = Literal["house", "senate"]

# Reading order of the Library of Congress: https://www.congress.gov/help/legislative-glossary
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
        """``H.R. 6736``: the number as people say it, without its Congress."""
        return f"{SHORT_NAMES[self.type]} {self.number}"

    @property
    def named(self) -> str:
        """``H.R. 6736 (119th)``: a form that people read and that ``parse_bill`` takes back."""
        return f"{self.short} ({self.congress}{ordinal_suffix(self.congress)})"

    @property
    def chamber(self) -> Chamber:
        return "house" if self.type.startswith("h") else "senate"

    @property
    def public_address(self) -> str:
        """The bill's page at congress.gov."""
        place = f"{self.congress}{ordinal_suffix(self.congress)}-congress/{PUBLIC_NAMES[self.type]}"
        return f"https://www.congress.gov/bill/{place}/{self.number}"

    @classmethod
    def of(cls, text: str) -> "BillId":
        """From the stored form ``hr6736-119``; raises ValueError for anything else."""
        if not (m := _STORED.fullmatch(text)):
            raise ValueError(f"not a bill id: {text!r}")
        return cls(int(m["congress"]), m["type"], int(m["number"]))


@dataclass(frozen=True)
class BillNumber:
    """What somebody typed: a type and a number, and a Congress only if they said one."""

    type: str
    number: int
    congress: int | None

    @property
    def short(self) -> str:
        return f"{SHORT_NAMES[self.type]} {self.number}"


def ordinal_suffix(number: int) -> str:
    """``th`` for 119, ``st`` for 121: how congress.gov writes a Congress in its addresses."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


_TYPE = "|".join(sorted(TYPES, key=len, reverse=True))
_STORED = re.compile(rf"(?P<type>{_TYPE})(?P<number>[1-9]\d{{0,5}})-(?P<congress>[1-9]\d{{0,2}})")
_PATH = re.compile(rf"/?(?P<congress>\d{{1,3}})/(?P<type>{_TYPE})/(?P<number>\d{{1,6}})/?")
_PUBLIC_TYPES = {name: kind for kind, name in PUBLIC_NAMES.items()}
_CONGRESS_GOV = re.compile(
    r"(?:https?://)?(?:www\.)?congress\.gov/bill/(?P<congress>\d{1,3})(?:st|nd|rd|th)-congress/"
    r"(?P<public>[a-z-]+)/(?P<number>\d{1,6})(?:[/?#].*)?"
)
_GOVTRACK = re.compile(
    r"(?:https?://)?(?:www\.)?govtrack\.us/congress/bills/(?P<congress>\d{1,3})/"
    rf"(?P<type>{_TYPE})(?P<number>\d{{1,6}})(?:[/?#].*)?"
)
# A number and a Congress never touch: "hr99999999" is no bill of the 99th. A Congress without brackets,
# hyphen or ending has three digits, so that "hr 67 36" and "H.R. 6,736" are asked about, not guessed.
_SPOKEN = re.compile(
    rf"(?P<type>{_TYPE}) ?(?P<number>\d{{1,6}})"
    r"(?: ?(?:[-(] ?(?P<congress>\d{1,3})(?:st|nd|rd|th)?(?: ?congress)?\)?"
    r"| (?P<bare>1\d\d)| (?P<ordinal>\d{1,3})(?:st|nd|rd|th)(?: ?congress)?))?"
)
_FORMS = (_STORED, _PATH, _CONGRESS_GOV, _GOVTRACK)
LONGEST_INPUT = 200


def parse_bill(text: str) -> BillNumber:
    """Read a bill in any form people use: ``hr6736-119``, ``H.R. 6736``, ``S 367 (119th)``, ``119/hr/6736``,
    an address at congress.gov or govtrack.us. Raises Refused when it is none of these."""
    typed = text.strip().lower()[:LONGEST_INPUT]
    for form in _FORMS:
        if m := form.fullmatch(typed):
            return _number(m.groupdict())
    # Dots, and spaces between letters, carry no meaning; the gap between two numbers does.
    spoken = re.sub(r"[‐-―]", "-", re.sub(r",\s", " ", typed)).replace(".", " ")
    spoken = re.sub(r"(?<=[a-z])\s+(?=[a-z])", "", re.sub(r"\s*-\s*", "-", spoken))
    if m := _SPOKEN.fullmatch(re.sub(r"\s+", " ", spoken).strip()):
        return _number(m.groupdict())
    raise not_a_bill(text)


def _number(found: dict[str, str | None]) -> BillNumber:
    kind = found.get("type") or _PUBLIC_TYPES.get(found.get("public") or "")
    number = int(found.get("number") or 0)
    said = found.get("congress") or found.get("bare") or found.get("ordinal")
    congress = int(said) if said else None
    if kind is None or number == 0 or congress == 0:
        raise not_a_bill(f"{found.get('public') or kind} {number}")
    return BillNumber(kind, number, congress)


def not_a_bill(text: str) -> Refused:
    shown = text.strip()[:60]
    return Refused(
        f"“{shown}” is not a bill. Write it like hr6736-119 or H.R. 6736 (119th), "
        "or paste its congress.gov address.",
        f"«{shown}» no es un proyecto de ley. Escríbalo como hr6736-119 o H.R. 6736 (119th), "
        "o pegue su dirección de congress.gov.",
    )


def congress_on(moment: datetime) -> int:
    """The Congress sitting at an aware moment: it changes at noon Eastern on 3 January of odd years
    (U.S. Constitution, Amendment XX, section 1)."""
    local = moment.astimezone(WASHINGTON)
    year = local.year
    if year % 2 and local < congress_start_of_year(year):
        year -= 1
    return (year - FIRST_CONGRESS_YEAR) // 2 + 1


def congress_start_of_year(year: int) -> datetime:
    return datetime.combine(date(year, 1, 3), time(12), WASHINGTON)


def congress_start(congress: int) -> datetime:
    """Noon Eastern of the day a Congress begins; the day its predecessor ends."""
    return congress_start_of_year(FIRST_CONGRESS_YEAR + 2 * (congress - 1))


def congress_end(congress: int) -> datetime:
    return congress_start(congress + 1)


_SHORT = re.compile(r"\b((?:H|S)\.(?:[A-Z][a-z]*\.?)*) (?=\d)")


def on_one_line(text: str) -> str:
    """``text`` with a no-break space in each number of a bill, such as H.R. 6736."""
    return _SHORT.sub("\\1\N{NO-BREAK SPACE}", text)
