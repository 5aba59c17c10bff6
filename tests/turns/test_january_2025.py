"""The real January of 2025, from two weeks before it to the return of both bills: what each day shows."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.bills import BillId
from campaign.districts import census
from campaign.proposals import lineage
from campaign.proposals.models import Campaign, Proposal
from campaign.settings import shipped
from campaign.snapshot import files

from turns import january_2025  # isort: skip
from turns.service import Service  # isort: skip

BEGIN = datetime(2024, 12, 18, 17, tzinfo=UTC)
DAYS = {
    "2024-12-30T20:00": "en",
    "2025-01-03T16:59": "es",
    "2025-01-03T17:10": "en",
    "2025-01-04T15:00": "es",
    "2025-01-06T20:00": "en",
    "2025-01-18T15:00": "es",
    "2025-02-02T15:00": "en",
    "2025-02-10T20:00": "es",
    "2025-02-21T15:00": "en",
}
# A move to the Senate, an appointment, a vacancy, a late oath, a sponsor, seats without a vote.
SEATS = ("TX-20", "NJ-3", "WV-1", "FL-6", "OH-2", "DC-0")
STARTS = (
    "/", "/bills", "/districts", "/proposals/armas-act", "/proposals/stop-arming-cartels-act",
    "/find?zip=78205", "/sheet", "/feeds/changes.atom", "/api/v1/bills",
    "/api/v1/proposals", "/api/v1/find?zip=78205",
)  # fmt: skip


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
    """The campaign as it would have stood in December 2024."""
    folder = shipped("fixtures")
    texts = files.read_texts(folder)
    slug = texts.campaign["slug"]
    with db.writing(engine) as session:
        session.add(Campaign(**texts.campaign))
        session.flush()
        session.add_all(
            Proposal(**row, campaign=slug, position=place) for place, row in enumerate(texts.proposals)
        )
        session.flush()
        rows = [
            census.ZipRow(row["zip"], row["seat"], row["share"])
            for row in files.read_table(folder, "zips")
            if row["zip"] in ("78205",)
        ]
        census.replace_zips(session, rows, 119)
        for seen in files.read_bills(folder):
            if seen.bill in january_2025.BEFORE:
                ledger.record(session, seen.model_copy(update={"read_at": BEGIN, "related": None}))
        for row in texts.kinships:
            if row["bill"] in january_2025.BEFORE:
                tracking.track(session, BillId.of(row["bill"]), now=BEGIN)
                lineage.confirm(session, row["proposal"], row["bill"], by="tests", now=BEGIN)


def test_every_page_and_mail_of_every_day(service: Service) -> None:
    import time

    for day, lang in DAYS.items():
        t = time.time()
        service.live_until(datetime.fromisoformat(day).replace(tzinfo=UTC))
        t1 = time.time()
        if day != "2024-12-30T20:00":
            print("approved", service.approve())
        for bill, slug in january_2025.RETURNS.items():
            with db.reading(service.engine) as session:
                waiting = [b.id for b, _ in lineage.waiting(session)]
            if bill in waiting:
                with db.writing(service.engine) as session:
                    lineage.confirm(session, slug, bill, by="tests", now=service.at)
        starts = [*STARTS, *(f"/act/{seat}" for seat in SEATS)]
        read = service.faults(
            starts,
            lang,
            wanted=lambda link: (
                not link.partition("/act/")[2] or link.removeprefix("/es").split("/")[2].split("?")[0] in SEATS
            ),
        )
        print(
            day,
            lang,
            len(read.pages),
            "pages",
            len(read.mail),
            "mails",
            round(t1 - t, 1),
            round(time.time() - t1, 1),
        )
        for f in read.faults[:40]:
            print("   ", f)
        print(list(read.mail)[:20])
        import pickle, pathlib

        pathlib.Path(f"/tmp/walk-{day}.pickle").write_bytes(pickle.dumps(read))
    print("\n".join(service.errors))
