"""January 2027 from two weeks before it to six weeks after: what each day shows while the sources have holes."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.districts import census
from campaign.proposals import lineage
from campaign.settings import shipped
from campaign.snapshot import files

from turns import january_2025, january_2027  # isort: skip
from turns.january_2027 import RETURN, Source  # isort: skip
from turns.service import Service  # isort: skip

BEGIN = datetime(2026, 12, 19, 17, tzinfo=UTC)
EARLY, LATE = datetime(2027, 1, 3, 8, tzinfo=UTC), datetime(2027, 1, 7, 2, tzinfo=UTC)
SEATS = ("TX-20", "TX-37", "IL-9", "CA-12", "MO-5", "DC-0", "WY-0")
STARTS = (
    "/", "/bills", "/districts", "/proposals/armas-act", "/proposals/stop-arming-cartels-act",
    "/find?zip=78701", "/find?zip=60640", "/find?zip=64111", "/find?zip=82901", "/bills?q=H.R.+6736",
    "/sheet", "/feeds/changes.atom", "/api/v1/bills", "/api/v1/proposals", "/api/v1/find?zip=78701",
    "/api/v1/bills/hr923-119", "/api/v1/changes?bill=hr923-119",
)  # fmt: skip
# Each moment with the language and the seats whose pages are read, and whether an organizer approves drafts then.
DAYS = (
    ("2026-12-20T17:00", "en", ("TX-37",), True),
    ("2027-01-03T16:59", "es", ("IL-9",), False),
    ("2027-01-03T17:10", "en", ("TX-20", "DC-0"), False),
    ("2027-01-04T20:00", "es", ("TX-37",), True),
    ("2027-01-20T20:00", "en", ("CA-12",), True),
    ("2027-01-26T20:00", "es", ("MO-5",), True),
    ("2027-02-17T20:00", "en", ("TX-20",), True),
)
TEXAS_MAP = datetime(2027, 1, 19, 15, tzinfo=UTC)


@pytest.fixture
def service(
    snapshot_template: Path, tmp_path: Path, congress: Standin, serve_campaign: Callable[..., Service]
) -> Service:
    path = tmp_path / "copy.db"
    shutil.copyfile(snapshot_template, path)
    engine = db.open_engine(f"sqlite:///{path}")
    with db.reading(engine) as session:
        source = Source(session, EARLY)
    congress.world.bills = {row.bill: january_2025.record(row) for row in files.read_bills(shipped("fixtures"))}

    def put(moment: datetime) -> None:
        january_2025.serve_files(congress.world, source.files_at(moment))
        january_2027.serve_list(congress.world, moment)
        congress.world.asof = moment.date().isoformat()

    found = serve_campaign(engine, put, BEGIN)
    found.subscribe(*SEATS, "IL-2", "")
    return found


def import_texas(engine: Engine, now: datetime) -> None:
    """One state's new map; the ZIP code of Austin is where it really will be."""
    rows = ["TX,78701,10", *(f"TX,{75000 + number},{number}" for number in range(1, 39))]
    source = "\n".join(["state_abbr,zcta,cd", *rows]).encode()
    census.import_zips(engine, source, 120, now=now, whole=True)


def test_every_page_and_mail_of_every_day(service: Service) -> None:
    import time

    for day, lang, seats, approves in DAYS:
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        t = time.time()
        if service.at < TEXAS_MAP <= moment:
            service.live_until(TEXAS_MAP)
            import_texas(service.engine, TEXAS_MAP)
        service.live_until(moment)
        print("approved", service.approve() if approves else "")
        with db.reading(service.engine) as session:
            waiting = [b.id for b, _ in lineage.waiting(session)]
        print(waiting)
        if RETURN.id in waiting:
            with db.writing(service.engine) as session:
                lineage.confirm(session, "stop-arming-cartels-act", RETURN.id, by="tests", now=service.at)
        t1 = time.time()
        read = service.read(STARTS, seats, lang)
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
