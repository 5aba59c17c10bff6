"""The real January of 2025, from two weeks before it to the return of both bills: what each day shows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.congress import ledger, roster
from campaign.districts import census
from campaign.organizing import campaign_setup
from campaign.organizing.campaign_parts import ProposalEntry
from campaign.settings import shipped
from campaign.snapshot import files

from turns import january_2025  # isort: skip
from turns.service import Day, Service, each_day  # isort: skip

BEGIN = datetime(2024, 12, 18, 17, tzinfo=UTC)
# An appointment, a move to the Senate, a vacancy, a late oath, a sponsor, a seat without a vote.
SEATS = ("TX-20", "NJ-3", "WV-1", "FL-6", "OH-2", "DC-0")
ZIP = "78205"
STARTS = (
    "/", "/bills", "/districts", "/proposals/stop-arming-cartels-act", "/bills/hr8427-118", "/sheet",
    f"/find?zip={ZIP}",
    "/feeds/changes.atom", "/api/v1/bills", "/api/v1/bills/hr8427-118", "/api/v1/proposals",
    "/api/v1/changes?bill=hr8427-118", f"/api/v1/find?zip={ZIP}",
)  # fmt: skip


# Kim sat in the Senate from 9 December, and NJ-3 was empty. Justice took West Virginia's seat on 14 January,
# Moody Florida's on the 21st; Waltz left FL-6 on the 20th. The file of 3 January had no telephones, and no
# committees until the 17th.
DAYS = (
    Day(
        "2024-12-30T20:00",
        "en",
        ("NJ-3",),
        (("/act/NJ-3", "Andy Kim"), ("/act/NJ-3", "vacant since December 8, 2024")),
        followed=True,
    ),
    Day("2025-01-03T16:59", "es", ("TX-20",), (("tx-20@", "ends on January 3 at noon"),), approves=True),
    Day(
        "2025-01-03T17:10", "en", ("FL-6",), (("/act/FL-6", "know yet who represents"), ("/act/FL-6", "-Waltz"))
    ),
    Day(
        "2025-01-04T15:00",
        "es",
        ("TX-20",),
        (("/es/act/TX-20?member=C001091", "202-225-3236"),),
        followed=True,
    ),
    Day(
        "2025-01-06T20:00",
        "en",
        ("WV-1",),
        (("wv-1@", "118th Congress has ended"), ("/act/WV-1", "-Justice"), ("/act/WV-1", "-sits on")),
        True,
    ),
    Day("2025-02-05T20:00", "es", ("OH-2",), (("/es/act/OH-2", "-Vance"),), False, ("hr923-119", "s367-119")),
    Day("2025-02-10T20:00", "es", ("NJ-3",), (("tx-20@", "is back as H.R. 923"),), True, followed=True),
    Day("2025-02-20T20:00", "en", ("FL-6",), (("/act/FL-6", "Ashley Moody"), ("/act/FL-6", "vacant"))),
)


@pytest.fixture
def service(sqlite_engine: Engine, congress: Standin, serve_campaign: Callable[..., Service]) -> Service:
    def source(moment: datetime) -> None:
        january_2025.serve_files(congress.world, january_2025.files_at(moment))
        congress.world.asof = moment.date().isoformat()

    observations = [row for row in files.read_bills(shipped("fixtures")) if row.bill_id.congress >= 117]
    congress.world.bills = {row.bill: january_2025.record(row) for row in observations}
    found = serve_campaign(sqlite_engine, source, BEGIN)
    begin_campaign(sqlite_engine)
    found.subscribe(*SEATS, "")
    return found


def begin_campaign(engine: Engine) -> None:
    """The campaign as it would have stood in December 2024: without later bills, and figures found later."""
    folder = shipped("fixtures")
    example = files.read_example(folder)
    proposals = [_of_the_118th(proposal) for proposal in example.proposals]
    campaign = example.model_copy(update={"proposals": tuple(proposals), "facts": ()})
    zips = [row for row in files.read_table(folder, "zips") if row["zip"] == ZIP]
    with db.writing(engine) as session:
        roster.ensure_seats(session, SEATS)
        census.replace_zips(
            session, [census.ZipRow(row["zip"], row["seat"], row["share"]) for row in zips], 119
        )
        for seen in files.read_bills(folder):
            if seen.bill in january_2025.BEFORE:
                ledger.record(session, seen.model_copy(update={"read_at": BEGIN, "related": None}))
        campaign_setup.take(session, campaign, by="tests", now=BEGIN, state="live")


def _of_the_118th(proposal: ProposalEntry) -> ProposalEntry:
    bills = tuple(entry for entry in proposal.bills if entry.bill in january_2025.BEFORE)
    return proposal.model_copy(update={"bills": bills})


def test_every_page_and_mail_of_every_day(service: Service) -> None:
    """No failure, no dead number without its Congress, no ask for a dead bill, nobody who does not sit."""
    service.live_until(BEGIN + timedelta(days=1))
    found: list[str] = []
    for day in each_day(DAYS):
        found += day.live_and_read(service, STARTS, SEATS)
    assert not found + service.errors, "\n".join(found + service.errors)
