"""January 2027, from two weeks before it to six weeks after, while the sources have holes."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from standin import Standin

from campaign import db
from campaign.districts import census
from campaign.settings import shipped
from campaign.snapshot import files

from turns import january_2025, january_2027  # isort: skip
from turns.january_2027 import RETURN, Source  # isort: skip
from turns.service import Day, Service  # isort: skip

BEGIN = datetime(2026, 12, 19, 17, tzinfo=UTC)
EARLY, LATE = datetime(2027, 1, 3, 8, tzinfo=UTC), datetime(2027, 1, 7, 2, tzinfo=UTC)
SEATS = ("TX-20", "TX-37", "IL-9", "CA-12", "MO-5", "DC-0", "WY-0")
STARTS = (
    "/", "/bills", "/districts", "/proposals/armas-act", "/proposals/stop-arming-cartels-act",
    "/find?zip=78701", "/find?zip=60640", "/find?zip=64111", "/find?zip=82901", "/bills?q=H.R.+6736",
    "/sheet", "/feeds/changes.atom", "/api/v1/bills", "/api/v1/proposals", "/api/v1/find?zip=78701",
    "/api/v1/bills/hr923-119", "/api/v1/changes?bill=hr923-119",
)  # fmt: skip
TEXAS_MAP = datetime(2027, 1, 19, 15, tzinfo=UTC)
NO_MAP = "We do not have the new map for ZIP codes yet"
# The list of members comes before noon of the 3rd, without telephones; Example002 swears the oath on the 8th.
# Committees fill from the 17th on, Texas has its map on the 19th, the list of bills opens on the 25th.
DAYS = (
    Day("2026-12-20T17:00", "en", ("TX-37",), (("/act/TX-37", "Lloyd Doggett"), ("/", "days")), True),
    Day("2027-01-03T16:59", "es", ("IL-9",), (("/es/act/IL-9", "Schakowsky"), ("/es/act/IL-9", "-Example"))),
    Day("2027-01-03T17:10", "en", ("DC-0",), (("/act/DC-0", "Example004"), ("/act/DC-0", "-Norton"))),
    Day(
        "2027-01-04T20:00",
        "en",
        ("TX-37", "IL-9"),
        (("/act/TX-37", NO_MAP), ("/act/TX-37", "-Doggett"), ("il-2@", "119.º Congreso terminó")),
        True,
    ),
    Day("2027-01-20T20:00", "es", ("TX-20",), (("/es/act/TX-10", "Desde el mediodía"),), True),
    Day("2027-01-26T20:00", "en", ("CA-12",), (("/act/CA-12", NO_MAP),), True, (RETURN.id,)),
    Day("2027-02-03T20:00", "es", ("MO-5",), (("il-2@", "está de vuelta como H.R. 412"),), True),
    Day("2027-02-17T20:00", "en", ("TX-20",), (("/bills/hr412-120", "Robin"),), True),
)


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
    """No failure, no dead number without its Congress, no ask for a dead bill, nobody who does not sit, no
    unmarked old map."""
    found: list[str] = []
    for day in DAYS:
        moment = datetime.fromisoformat(day.moment).replace(tzinfo=UTC)
        if service.at < TEXAS_MAP <= moment:
            service.live_until(TEXAS_MAP)
            import_texas(service.engine, TEXAS_MAP)
        service.live_until(moment)
        found += day.live_and_read(service, STARTS, SEATS)
    assert not found + service.errors, "\n".join(found + service.errors)
