"""The bills of the small Congress, and how each stood at the end of any day."""

from dataclasses import dataclass, field
from typing import Any

from standin.people import PEOPLE, Legislator, anybody

Row = dict[str, Any]
LIBRARY = {"code": "9", "name": "Library of Congress"}
FLOOR = {"code": "2", "name": "House floor actions"}
SENATE = {"name": "Senate"}
NOW = "9999-12-31"


def joined(who: str | Legislator, day: str, *, original: bool = False, withdrawn: str = "") -> Row:
    """A co-sponsor row of BILLSTATUS."""
    person = PEOPLE[who] if isinstance(who, str) else who
    row = {**person.row(), "isOriginalCosponsor": str(original), "sponsorshipDate": day}
    return {**row, "sponsorshipWithdrawnDate": withdrawn} if withdrawn else row


def acted(
    day: str,
    text: str,
    code: str = "",
    kind: str = "IntroReferral",
    system: Row = LIBRARY,
    committees: tuple[tuple[str, str], ...] = (),
) -> Row:
    """A line of a bill's history as BILLSTATUS has it. ``committees`` are (system code, name)."""
    row: Row = {"actionDate": day, "type": kind, "sourceSystem": system}
    if text:
        row["text"] = text
    if code:
        row["actionCode"] = code
    if committees:
        row["committees"] = [{"systemCode": c, "name": name} for c, name in committees]
    return row


@dataclass
class Record:
    """A bill's whole public record. ``actions`` are newest first. ``updated`` overrides the update date
    that otherwise follows from the newest fact."""

    congress: int
    type: str
    number: int
    title: str
    introduced: str
    sponsor: Legislator | None = None
    official: str = ""
    cosponsors: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    committees: list[Row] = field(default_factory=list)
    related: list[Row] = field(default_factory=list)
    laws: list[Row] = field(default_factory=list)
    policy_area: str = ""
    updated: str = ""

    @property
    def id(self) -> str:
        return f"{self.type}{self.number}-{self.congress}"

    def at(self, day: str) -> "View":
        day = day or NOW
        rows = [_as_it_stood(row, day) for row in self.cosponsors if row["sponsorshipDate"] <= day]
        lines = [line for line in self.actions if line["actionDate"] <= day]
        dates = [self.introduced, *(row["sponsorshipDate"] for row in rows)]
        dates += [line["actionDate"] for line in lines]
        dates += [row["sponsorshipWithdrawnDate"] for row in rows if "sponsorshipWithdrawnDate" in row]
        return View(self, rows, lines, self.updated or f"{max(dates)}T18:00:00Z")


def _as_it_stood(row: Row, day: str) -> Row:
    if row.get("sponsorshipWithdrawnDate", "") > day:
        return {name: value for name, value in row.items() if name != "sponsorshipWithdrawnDate"}
    return row


@dataclass(frozen=True)
class View:
    """A bill as it stood at the end of one day."""

    bill: Record
    cosponsors: list[Row]
    actions: list[Row]
    updated: str

    @property
    def active(self) -> int:
        return sum("sponsorshipWithdrawnDate" not in row for row in self.cosponsors)


def _house(day: str, text: str, *committees: tuple[str, str]) -> list[Row]:
    referred = [acted(day, text, "H11100", system=FLOOR, committees=(committee,)) for committee in committees]
    introduced = "Introduced in House"
    return [*referred, acted(day, introduced, "Intro-H"), acted(day, introduced, "1000")]


def _senate(day: str, committee: tuple[str, str]) -> list[Row]:
    text = f"Read twice and referred to the Committee on {committee[1].removesuffix(' Committee')}."
    return [
        acted(day, text, system=SENATE, committees=(committee,)),
        acted(day, "Introduced in Senate", "10000"),
    ]


def _referred(code: str, name: str, day: str) -> Row:
    activity = {"name": "Referred To", "date": f"{day}T15:03:35Z"}
    return {"systemCode": code, "name": name, "type": "Standing", "activities": [activity]}


def _identical(congress: int, kind: str, number: int, title: str, relation: str = "Identical bill") -> Row:
    details = [{"type": relation, "identifiedBy": "CRS"}]
    return {
        "congress": str(congress),
        "type": kind,
        "number": str(number),
        "title": title,
        "relationshipDetails": details,
    }


def small_congress() -> dict[str, Record]:
    """Bills by id. Facts of the campaign's bills are those of the public record, shortened; the others show
    one difficulty each."""
    made = [*_campaign(), *_difficult()]
    return {record.id: record for record in made}


def _campaign() -> list[Record]:
    armas = "require the transfer of regulatory control of certain munitions exports, and for other purposes."
    stop = "prohibit the importation, sale or possession of .50 caliber rifles, and for other purposes."
    affairs, judiciary = ("hsfa00", "Foreign Affairs Committee"), ("hsju00", "Judiciary Committee")
    ways = ("hswm00", "Ways and Means Committee")
    relations, finance = ("ssfr00", "Foreign Relations Committee"), ("ssfi00", "Finance Committee")
    both = "Referred to the Committee on the Judiciary, and in addition to the Committee on Ways and Means."
    day = "2025-12-16"
    first = ("T000474", "G000599", "D000216", "M001223", "V000081", "F000476", "O000173", "M000312")
    later = {"C001131": "2025-12-18", "T000481": "2026-01-06", "N000147": "2026-02-23"}
    return [
        Record(
            119,
            "hr",
            6736,
            "ARMAS Act of 2025",
            day,
            PEOPLE["C001091"],
            f"To {armas}",
            [joined(who, day, original=True) for who in first] + [joined(*pair) for pair in later.items()],
            _house(day, "Referred to the House Committee on Foreign Affairs.", affairs),
            [_referred(*affairs, day)],
            [_identical(119, "S", 3508, "ARMAS Act of 2025")],
            policy_area="International Affairs",
        ),
        Record(
            119,
            "s",
            3508,
            "ARMAS Act of 2025",
            day,
            PEOPLE["M001169"],
            f"A bill to {armas}",
            [joined(who, day, original=True) for who in ("K000384", "M000133", "D000563", "W000817")]
            + [joined("B001277", "2026-03-24")],
            _senate(day, relations),
            [_referred(*relations, day)],
            [_identical(119, "HR", 6736, "ARMAS Act of 2025")],
        ),
        Record(
            119,
            "hr",
            923,
            "Stop Arming Cartels Act of 2025",
            "2025-02-04",
            PEOPLE["C001091"],
            f"To {stop}",
            [joined(who, "2025-02-04", original=True) for who in ("F000476", "N000147", "G000551", "M001223")]
            + [joined("G000599", "2025-02-06"), joined("W000797", "2026-01-06")],
            _house("2025-02-04", both, ways, judiciary),
            [_referred(*ways, "2025-02-04"), _referred(*judiciary, "2025-02-04")],
            [
                _identical(119, "S", 367, "Stop Arming Cartels Act of 2025"),
                _identical(118, "HR", 8427, "Stop Arming Cartels Act of 2024"),
            ],
        ),
        Record(
            119,
            "s",
            367,
            "Stop Arming Cartels Act of 2025",
            "2025-02-03",
            PEOPLE["D000563"],
            f"A bill to {stop}",
            [joined(who, "2025-02-03", original=True) for who in ("B001277", "K000384", "K000394", "M001169")]
            + [joined("W000817", "2025-03-25")],
            _senate("2025-02-03", finance),
            [_referred(*finance, "2025-02-03")],
            [_identical(119, "HR", 923, "Stop Arming Cartels Act of 2025")],
        ),
        Record(
            118,
            "hr",
            6618,
            "ARMAS Act of 2023",
            "2023-12-06",
            PEOPLE["C001091"],
            f"To {armas}",
            [joined(who, "2023-12-06", original=True) for who in ("T000474", "G000551", "C001078", "F000476")],
            _house("2023-12-06", "Referred to the House Committee on Foreign Affairs.", affairs),
            [_referred(*affairs, "2023-12-06")],
        ),
    ]


def _difficult() -> list[Record]:
    gold = ("hsba00", "Financial Services Committee")
    crowd = [joined(anybody(n), "2025-02-12", original=True) for n in range(200)]
    crowd += [joined(anybody(n), f"2025-0{3 + n % 6}-11") for n in range(200, 338)]
    crowd[40] = joined(anybody(40), "2025-02-12", original=True, withdrawn="2025-05-20")
    leavers = [joined(anybody(n), "2026-03-17", original=True, withdrawn="2026-04-02") for n in range(400, 406)]
    return [
        # The one member of this Congress who joined, left, joined again and left again (quirk 13).
        Record(
            119,
            "s",
            1383,
            "Veterans Accessibility Advisory Committee Act of 2025",
            "2025-04-09",
            PEOPLE["S001198"],
            cosponsors=[
                joined("B001277", "2025-04-09", original=True),
                joined("W000790", "2025-07-10", withdrawn="2025-07-14"),
                joined("W000790", "2025-09-18", withdrawn="2026-02-25"),
                joined("S000033", "2025-07-10"),
            ],
            actions=_senate("2025-04-09", ("ssva00", "Veterans' Affairs Committee")),
        ),
        # Two pages, and somebody on the first of them has left (quirks 5, 10).
        Record(
            119,
            "hr",
            842,
            "Nancy Gardner Sewell Medicare Coverage Act",
            "2025-02-12",
            anybody(999),
            cosponsors=crowd,
            actions=_house("2025-02-12", "Referred to the House Committee on Financial Services.", gold),
        ),
        # Reserved: no sponsor, no history, no lists (quirk 29).
        Record(119, "hr", 9, "Reserved for the Speaker.", "2025-01-03"),
        # Agreed to, then six left at once (quirk 14).
        Record(
            119,
            "sres",
            655,
            "A resolution honoring an example.",
            "2026-03-17",
            PEOPLE["K000384"],
            cosponsors=[joined("B001277", "2026-03-17", original=True), *leavers],
            actions=[
                acted("2026-03-22", "Resolution agreed to in Senate by Unanimous Consent.", "17000", "Floor"),
                acted("2026-03-17", "Introduced in Senate", "10000"),
            ],
        ),
        # One member listed twice (quirk 13).
        Record(
            119,
            "hr",
            8672,
            "Example of a Doubled Row Act",
            "2026-05-07",
            PEOPLE["F000482"],
            cosponsors=[
                joined("O000173", "2026-05-07", original=True),
                joined("H001103", "2026-05-11"),
                joined("H001103", "2026-05-11"),
            ],
            actions=_house("2026-05-07", "Referred to the House Committee on Financial Services.", gold),
        ),
        # Became law: two rows of one event, and a code that also means a veto (quirks 20, 22).
        Record(
            119,
            "hr",
            452,
            "Miracle on Ice Congressional Gold Medal Act",
            "2025-01-15",
            anybody(998),
            cosponsors=[joined(anybody(n), "2025-01-15", original=True) for n in range(3)],
            actions=[
                acted("2025-12-12", "Became Public Law No: 119-53.", "E40000", "President"),
                acted("2025-12-12", "Became Public Law No: 119-53.", "36000", "BecameLaw"),
                acted("2025-12-12", "Signed by President.", "E30000", "President"),
                acted("2025-12-12", "Signed by President.", "36000", "BecameLaw"),
                acted("2025-12-01", "Presented to President.", "E20000", "Floor", FLOOR),
                acted("2025-12-01", "Presented to President.", "28000", "President"),
                acted("2025-09-08", "Passed Senate with an amendment by Voice Vote.", "17000", "Floor"),
                acted("2025-04-28", "Passed/agreed to in House: On motion to suspend.", "8000", "Floor"),
                *_house("2025-01-15", "Referred to the House Committee on Financial Services.", gold),
            ],
            laws=[{"type": "Public Law", "number": "119-53"}],
        ),
        # Vetoed: the same code as "Signed", other words, other system (quirk 22).
        Record(
            119,
            "hr",
            131,
            "Finish the Arkansas Valley Conduit Act",
            "2025-01-03",
            anybody(997),
            actions=[
                acted("2025-12-30", "Vetoed by President.", "E30000", "Floor", FLOOR),
                acted("2025-12-19", "Presented to President.", "E20000", "Floor", FLOOR),
                # A line without words (quirk 21).
                acted("2025-01-03", "", "Intro-H"),
            ],
        ),
        # A co-sponsor dated after the bill's own update date (quirk 8).
        Record(
            119,
            "hres",
            1314,
            "Supporting an example.",
            "2026-05-21",
            anybody(996),
            cosponsors=[joined("N000147", "2026-06-02")],
            actions=[acted("2026-05-21", "Submitted in House", "1025")],
            updated="2026-05-29T08:05:21Z",
        ),
    ]
