"""The first campaign's own bills for tests: titles, sponsors and dates as in the public record."""

from datetime import UTC, date, datetime

from sqlmodel import Session

from campaign.congress.bills import BillId
from campaign.congress.models import Bill
from campaign.proposals import lineage

NOW = datetime(2026, 6, 20, 15, 0, tzinfo=UTC)
# A year on: the 120th Congress sits and every number above has died.
NEXT = datetime(2027, 6, 20, 15, 0, tzinfo=UTC)

ARMAS = (
    "To require the transfer of regulatory control of certain munitions exports from the Department of "
    "Commerce to the Department of State, and for other purposes."
)
CARTELS = (
    "To prohibit the importation, sale, manufacture, transfer, or possession of .50 caliber rifles, and for "
    "other purposes."
)
CASTRO, MURPHY, CARDIN, DURBIN = "C001091", "M001169", "C000141", "D000563"


def senate(official: str) -> str:
    return "A bill t" + official[1:]


# id, title, official title, sponsor, introduced, policy area. Without an official title: known by name only.
BILLS = [
    ("hr9539-117", "ARMAS Act of 2022", None, CASTRO, date(2022, 12, 14), None),
    ("hr6618-118", "ARMAS Act of 2023", ARMAS, CASTRO, date(2023, 12, 6), None),
    ("s4647-118", "ARMAS Act of 2024", None, CARDIN, None, None),
    ("hr6736-119", "ARMAS Act of 2025", ARMAS, CASTRO, date(2025, 12, 16), "International Affairs"),
    ("s3508-119", "ARMAS Act of 2025", senate(ARMAS), MURPHY, date(2025, 12, 16), "International Affairs"),
    ("s2926-118", "Stop Arming Cartels Act of 2023", CARTELS, DURBIN, date(2023, 9, 26), None),
    ("hr8427-118", "Stop Arming Cartels Act of 2024", CARTELS, CASTRO, date(2024, 5, 16), None),
    ("hr923-119", "Stop Arming Cartels Act of 2025", CARTELS, CASTRO, date(2025, 2, 4), "Crime"),
    ("s367-119", "Stop Arming Cartels Act of 2025", senate(CARTELS), DURBIN, date(2025, 2, 3), "Crime"),
    (
        "hr6618-119",
        "Wildfire Aerial Response Safety Act",
        "To require the Administrator of the Federal Aviation Administration to conduct a study on drone "
        "incursions on wildfire suppression, and for other purposes.",
        "B001326",
        date(2025, 12, 11),
        "Transportation and Public Works",
    ),
    (
        "hr8427-119",
        "Congressional Pension Integrity Act of 2026",
        "To amend chapter 83 of title 5, United States Code, to prohibit pay of annuity or retired pay to a "
        "Member of Congress convicted of a criminal offense committed during congressional service, and for "
        "other purposes.",
        "S001230",
        date(2026, 4, 21),
        "Congress",
    ),
    (
        "s2926-119",
        "New York-New Jersey Watershed Protection Act",
        "A bill to establish the New York-New Jersey Watershed Restoration Program, and for other purposes.",
        "B001288",
        date(2025, 9, 29),
        "Environmental Protection",
    ),
]
HOUSE_LINE = ("hr9539-117", "hr6618-118", "hr6736-119")


def put(
    session: Session,
    id: str,
    title: str,
    official: str | None = None,
    sponsor: str | None = None,
    introduced: date | None = None,
    policy: str | None = None,
    over: bool = False,
) -> None:
    bill = BillId.of(id)
    session.add(
        Bill(
            id=id,
            congress=bill.congress,
            type=bill.type,
            number=bill.number,
            title=title,
            official_title=official,
            sponsor=sponsor,
            introduced=introduced,
            policy_area=policy,
            stage="in_committee" if official else "",
            over=over,
            observed_at=NOW if official else None,
        )
    )
    session.flush()


def confirm(session: Session, *bills: str, slug: str = "armas-act") -> None:
    for bill in bills:
        lineage.confirm(session, slug, bill, by="ana@example.org", now=NOW)
