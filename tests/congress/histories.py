"""Histories of bills, from real lines, for the tests of stages."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from campaign.congress.bills import BillId
from campaign.congress.stages import StageReading, stage_of


@dataclass(frozen=True)
class Line:
    acted: date
    text: str
    codes: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    committees: frozenset[str] = frozenset()


def line(day: str, text: str, codes: str = "", committees: str = "") -> Line:
    return Line(
        date.fromisoformat(day), text, frozenset(codes.split()), committees=frozenset(committees.split())
    )


def read(
    bill: str, *lines: Line, law: str | None = None, title: str = "", today: datetime | None = None
) -> StageReading:
    return stage_of(BillId.of(bill), lines, law=law, title=title, today=today)


IN_HOUSE = line("2025-01-10", "Introduced in House", "1000 Intro-H")
TO_COMMITTEE = line("2025-01-10", "Referred to the House Committee on Foreign Affairs.", "H11100")
ORDERED = line("2025-02-05", "Ordered to be Reported by the Yeas and Nays: 49 - 1.")
REPORTED = line("2025-02-20", "Reported by the Committee on Foreign Affairs. H. Rept. 119-9.", "5000 H12200")
CALENDAR = line("2025-02-20", "Placed on the Union Calendar, Calendar No. 5.", "H12410")
HOUSE_PASSED = line(
    "2025-03-04",
    "Passed/agreed to in House: On passage Passed by the Yeas and Nays: 231 - 191 (Roll no. 50).",
    "8000",
)
IN_SENATE_COMMITTEE = line(
    "2025-03-05", "Received in the Senate and Read twice and referred to the Committee on Finance."
)
SENATE_PASSED = line(
    "2025-05-22",
    "Passed/agreed to in Senate: Passed Senate without amendment by Yea-Nay Vote. 51 - 45.",
    "17000",
)
SENATE_CHANGED = line(
    "2025-05-22",
    "Passed/agreed to in Senate: Passed Senate with an amendment by Unanimous Consent.",
    "17000",
)
HOUSE_ACCEPTED = line(
    "2025-06-03",
    "Resolving differences -- House actions: On motion that the House suspend the rules and agree to the "
    "Senate amendment Agreed to by voice vote.",
    "19500",
)
HOUSE_CHANGED_AGAIN = line(
    "2025-06-03",
    "Resolving differences -- House actions: On motion that the House agree with an amendment to the Senate "
    "amendment Agreed to by the Yeas and Nays: 217 - 200 (Roll no. 150).",
    "19500",
)
PRESENTED = line("2025-06-06", "Presented to President.", "28000 E20000")
SIGNED = line("2025-06-12", "Signed by President.", "36000 E30000")
LAW = line("2025-06-12", "Became Public Law No: 119-15.", "36000 E40000")
VETOED = line("2025-06-14", "Vetoed by President.", "31000 E30000")
IN_SENATE = line("2025-03-10", "Introduced in Senate", "10000")
SENATE_COMMITTEE = line("2025-03-10", "Read twice and referred to the Committee on Finance.")
PATH = (IN_HOUSE, TO_COMMITTEE, ORDERED, REPORTED, CALENDAR, HOUSE_PASSED)
BOTH = (*PATH, IN_SENATE_COMMITTEE, SENATE_PASSED)


def suspension_failed(day: str) -> Line:
    return line(
        day,
        "Failed of passage/not agreed to in House On motion to suspend the rules and pass the bill Failed by "
        "the Yeas and Nays: (2/3 required): 200 - 210 (Roll no. 9).",
        "9000",
    )


def senate_failed(day: str) -> Line:
    return line(
        day,
        "Failed of passage/not agreed to in Senate: Under the order of 9/19/2025, not having achieved 60 votes "
        "in the affirmative, failed of passage in Senate by Yea-Nay Vote. 55 - 45.",
        "18000",
    )


TO_STATES = "Proposing an amendment to the Constitution of the United States relating to contributions."
# One minute before the 119th Congress ends, and that moment: noon Eastern on 3 January.
BEFORE = datetime(2027, 1, 3, 16, 59, tzinfo=UTC)
AFTER = datetime(2027, 1, 3, 17, 0, tzinfo=UTC)

# bill, actions, stage, since, flags
HISTORIES = [
    ("hr6736-119", (IN_HOUSE,), "introduced", "2025-01-10", ""),
    ("hr6736-119", (IN_HOUSE, TO_COMMITTEE), "in_committee", "2025-01-10", ""),
    ("hr6736-119", (IN_HOUSE, TO_COMMITTEE, ORDERED), "in_committee", "2025-01-10", "ordered_reported"),
    ("hr6736-119", (IN_HOUSE, TO_COMMITTEE, ORDERED, REPORTED), "reported", "2025-02-20", "ordered_reported"),
    ("hr183-119", PATH, "passed_house", "2025-03-04", ""),
    ("hr183-119", (*PATH, IN_SENATE_COMMITTEE), "passed_house", "2025-03-04", "referred_onward"),
    # Passed by both is not on the President's desk, however long it lies there.
    ("hr192-119", BOTH, "passed_both", "2025-05-22", ""),
    ("hr192-119", (*BOTH, PRESENTED), "to_president", "2025-06-06", ""),
    ("hr192-119", (*BOTH, PRESENTED, SIGNED), "law", "2025-06-12", ""),
    ("hr192-119", (*BOTH, PRESENTED, SIGNED, LAW), "law", "2025-06-12", ""),
    # H.R. 452: changed by the Senate, the changes accepted.
    ("hr452-119", (*PATH, SENATE_CHANGED), "passed_both", "2025-05-22", "amended differences"),
    ("hr452-119", (*PATH, SENATE_CHANGED, HOUSE_ACCEPTED), "passed_both", "2025-06-03", "amended"),
    # H.R. 6644: the House changed the Senate's changes.
    (
        "hr6644-119",
        (*PATH, SENATE_CHANGED, HOUSE_CHANGED_AGAIN),
        "passed_both",
        "2025-05-22",
        "amended differences",
    ),
    # H.R. 3944: a conference was asked for.
    (
        "hr3944-119",
        (
            *PATH,
            SENATE_CHANGED,
            line("2025-08-01", "Senate insists on its amendment, requests a conference, appoints conferees."),
        ),
        "passed_both",
        "2025-05-22",
        "amended differences conference",
    ),
    # S. 1383, S. 1318: the substitute stands only in brackets.
    (
        "s1383-119",
        (
            IN_SENATE,
            line("2025-07-01", "Passed/agreed to in Senate: Passed Senate without amendment.", "17000"),
            line(
                "2026-02-11",
                "Passed/agreed to in House: On passage Passed by the Yeas and Nays: 218 - 213 (Roll no. 60). "
                "(text of amendment in the nature of a substitute: CR H2050)",
                "8000",
            ),
        ),
        "passed_both",
        "2026-02-11",
        "amended differences",
    ),
    # H.R. 5371 failed twice in the Senate and became law; S. 2882 failed twice.
    (
        "hr5371-119",
        (*PATH, senate_failed("2025-09-19"), senate_failed("2025-09-30")),
        "passed_house",
        "2025-03-04",
        "failed_once",
    ),
    (
        "hr5371-119",
        (
            *PATH,
            senate_failed("2025-09-19"),
            senate_failed("2025-09-30"),
            line("2025-11-10", "Passed/agreed to in Senate: Passed Senate with an amendment.", "17000"),
            line(
                "2025-11-12",
                "Resolving differences -- House actions: On motion that the House agree to the Senate "
                "amendment Agreed to by the Yeas and Nays: 222 - 209 (Roll no. 285).",
                "19500",
            ),
            line("2025-11-12", "Presented to President.", "28000"),
            line("2025-11-12", "Became Public Law No: 119-37.", "36000 E40000"),
        ),
        "law",
        "2025-11-12",
        "failed_once amended",
    ),
    (
        "s2882-119",
        (IN_SENATE, SENATE_COMMITTEE, senate_failed("2025-09-19"), senate_failed("2025-09-30")),
        "in_committee",
        "2025-03-10",
        "failed_once",
    ),
    # H.J.Res. 139, S. 2503: two thirds were missed, a majority may still come.
    (
        "hjres139-119",
        (IN_HOUSE, TO_COMMITTEE, suspension_failed("2026-01-20")),
        "in_committee",
        "2025-01-10",
        "failed_once",
    ),
    # H.R. 131, H.R. 504: vetoed under the code that stands on signings.
    (
        "hr131-119",
        (*BOTH, PRESENTED, line("2025-06-14", "Vetoed by President.", "E30000")),
        "vetoed",
        "2025-06-14",
        "vetoed",
    ),
    (
        "hr504-119",
        (*BOTH, PRESENTED, VETOED, line("2026-01-08", "Failed of passage in House over veto.", "33000")),
        "vetoed",
        "2025-06-14",
        "vetoed override_failed",
    ),
    (
        "hr6331-110",
        (*BOTH, PRESENTED, VETOED, line("2025-07-15", "Passed House over veto.", "32000")),
        "vetoed",
        "2025-06-14",
        "vetoed override_house",
    ),
    (
        "hr6331-110",
        (
            *BOTH,
            PRESENTED,
            VETOED,
            line("2025-07-15", "Passed House over veto.", "32000"),
            line("2025-07-16", "Passed Senate over veto.", "34000"),
        ),
        "law",
        "2025-07-16",
        "vetoed override_house override_senate",
    ),
    # Simple resolutions end in their own chamber.
    (
        "hres54-119",
        (
            line("2025-01-22", "", "Intro-H"),
            line("2025-01-22", "Passed/agreed to in House: Agreed to without objection.", "8000"),
        ),
        "agreed_to",
        "2025-01-22",
        "",
    ),
    (
        "sres655-119",
        (
            line(
                "2026-03-22",
                "Submitted in the Senate, considered, and agreed to without amendment and with a preamble by "
                "Unanimous Consent.",
                "17000",
            ),
        ),
        "agreed_to",
        "2026-03-22",
        "",
    ),
    (
        "hres32-119",
        (line("2025-01-13", "Submitted in House", "H12100"),),
        "introduced",
        "2025-01-13",
        "",
    ),
    (
        "hres713-119",
        (
            line("2025-09-16", "Submitted in House", "H11100"),
            line("2025-09-17", "On motion to table the measure Agreed to by recorded vote: 214-213.", "H36510"),
        ),
        "failed",
        "2025-09-17",
        "",
    ),
    (
        "hres1175-119",
        (
            line("2026-04-16", "Submitted in House", "1025"),
            line(
                "2026-04-17", "On agreeing to the resolution Failed by recorded vote: 197-228.", "9000 H37100"
            ),
        ),
        "failed",
        "2026-04-17",
        "failed_once",
    ),
    # H.Res. 580: rejected, reconsidered the next day and agreed to.
    (
        "hres580-119",
        (
            line("2025-07-15", "On agreeing to the resolution Failed by recorded vote: 196 - 223.", "9000"),
            line("2025-07-16", "On agreeing to the resolution Agreed to by recorded vote: 217 - 212.", "8000"),
        ),
        "agreed_to",
        "2025-07-16",
        "failed_once",
    ),
    # Concurrent resolutions end after both chambers, and a lost vote is not the end of a concurrent one.
    (
        "hconres68-119",
        (
            line("2026-01-07", "Submitted in House", "1025 H11100"),
            line("2026-01-07", "Referred to the House Committee on Foreign Affairs.", "H11100"),
            line("2026-01-22", "On agreeing to the resolution Failed by the Yeas and Nays: 215 - 215.", "9000"),
        ),
        "in_committee",
        "2026-01-07",
        "failed_once",
    ),
    ("hconres14-119", (IN_HOUSE, HOUSE_PASSED), "passed_house", "2025-03-04", ""),
    ("hconres14-119", (IN_HOUSE, HOUSE_PASSED, SENATE_PASSED), "agreed_to", "2025-05-22", ""),
    (
        "hconres14-119",
        (IN_HOUSE, HOUSE_PASSED, SENATE_CHANGED),
        "passed_both",
        "2025-05-22",
        "amended differences",
    ),
    # A Senate bill may go to the calendar without ever seeing a committee.
    (
        "s1582-119",
        (
            IN_SENATE,
            line(
                "2025-05-02",
                "Placed on Senate Legislative Calendar under General Orders.",
            ),
        ),
        "introduced",
        "2025-03-10",
        "on_calendar",
    ),
    (
        "sjres53-119",
        (
            IN_SENATE,
            SENATE_COMMITTEE,
            line(
                "2025-06-11",
                "Motion to discharge Senate Committee on Foreign Relations rejected.",
            ),
        ),
        "in_committee",
        "2025-03-10",
        "",
    ),
    (
        "sjres49-119",
        (
            IN_SENATE,
            SENATE_COMMITTEE,
            line("2025-04-30", "Senate Committee on Finance discharged by Unanimous Consent.", "14500"),
            line("2025-04-30", "Failed of passage in Senate by Yea-Nay Vote. 49 - 49.", "18000"),
        ),
        "reported",
        "2025-04-30",
        "discharged failed_once",
    ),
    # A line of the day of introduction that is missing does not unmake the rest.
    ("hr6736-119", (TO_COMMITTEE,), "in_committee", "2025-01-10", ""),
]
