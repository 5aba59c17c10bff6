"""January 2027, from two weeks before it to six weeks after, while the sources have holes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from copies import copy_of
from sqlalchemy.engine import Engine
from sqlmodel import col
from standin import Standin

from campaign import db
from campaign.districts import census
from campaign.districts.models import ZipSeat
from campaign.settings import shipped
from campaign.snapshot import files

from turns import january_2025, january_2027  # isort: skip
from turns.january_2027 import RETURN, Source  # isort: skip
from turns.service import Day, Service, each_day  # isort: skip

BEGIN = datetime(2026, 12, 19, 17, tzinfo=UTC)
# When the list of the 120th's members comes: before its noon (as in 2019), or days late.
EARLY, LATE = datetime(2027, 1, 3, 8, tzinfo=UTC), datetime(2027, 1, 7, 2, tzinfo=UTC)
SEATS = ("TX-20", "TX-37", "IL-9", "CA-12", "MO-5", "DC-0", "WY-0")
READERS = ("IL-9", "IL-2", "TX-37", "CA-12", "MO-5", "DC-0", "WY-0", "")
ZIPS = ("78701", "60640", "64111", "82901")
STARTS = (
    "/", "/bills", "/districts", "/proposals/armas-act", "/proposals/stop-arming-cartels-act",
    *(f"/find?zip={zip}" for zip in ZIPS), "/bills?q=H.R.+6736",
    "/sheet", "/feeds/changes.atom", "/api/v1/bills", "/api/v1/proposals", "/api/v1/find?zip=78701",
    "/api/v1/bills/hr923-119", "/api/v1/changes?bill=hr923-119",
)  # fmt: skip
TEXAS_MAP = datetime(2027, 1, 19, 15, tzinfo=UTC)
NO_MAP = "We don’t have the new map for ZIP codes yet"
# The list of members comes before noon of the 3rd, without telephones; Example002 swears the oath on the 8th.
# Committees fill from the 17th on, Texas has its map on the 19th, the list of bills opens on the 25th.
DAYS = (
    Day("2026-12-20T17:00", "en", ("TX-37",), (("/act/TX-37", "Lloyd Doggett"), ("/", "days")), True),
    Day(
        "2027-01-03T16:59",
        "es",
        ("IL-9",),
        (("/es/act/IL-9", "Schakowsky"), ("/es/act/IL-9", "-Alex Example001 Senador")),
        followed=True,
    ),
    Day("2027-01-03T17:10", "en", ("DC-0",), (("/act/DC-0", "Example004"), ("/act/DC-0", "-Norton"))),
    Day(
        "2027-01-04T20:00",
        "en",
        ("TX-37",),
        (("/act/TX-37", NO_MAP), ("/act/TX-37", "-Doggett"), ("il-9@", "119th Congress has ended")),
        True,
        followed=True,
    ),
    Day(
        "2027-01-26T20:00",
        "es",
        ("CA-12",),
        (("/es/act/TX-10", "Desde el mediodía"), ("/es/act/CA-12", "Todavía no tenemos el mapa nuevo")),
        True,
        (RETURN.id,),
    ),
    Day("2027-02-03T20:00", "es", (), (("il-9@", "is back as H.R. 412"),), True),
    Day("2027-02-17T20:00", "en", ("MO-5",), (("/bills/hr412-120", "Robin"),), True, followed=True),
)
# The seat's own page alone: nobody of the old list speaks, nobody of the new one is known.
LATE_DAY = Day(
    "2027-01-05T20:00",
    "en",
    ("IL-9",),
    (("/act/IL-9", "know yet who represents"), ("/act/IL-9", "-Schak")),
    followed=True,
)


@pytest.fixture(scope="module")
def december(snapshot_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped campaign with few ZIP codes: of the starting pages, and one for each district."""
    with copy_of(snapshot_template, tmp_path_factory.mktemp("december")) as engine:
        kept = sa.select(sa.func.min(ZipSeat.zip)).group_by(col(ZipSeat.seat))
        few = sa.or_(col(ZipSeat.zip).in_(ZIPS), col(ZipSeat.zip).in_(kept))
        with engine.begin() as connection:
            connection.execute(sa.delete(ZipSeat).where(~few))
        yield engine


@pytest.fixture
def live(
    december: Engine, tmp_path: Path, congress: Standin, serve_campaign: Callable[..., Service]
) -> Iterator[Callable[[datetime], Service]]:
    """A service from December on, while the list of members comes at a moment."""
    bills = files.read_bills(shipped("fixtures"))
    congress.world.bills = {row.bill: january_2025.record(row) for row in bills}
    with copy_of(december, tmp_path) as engine:

        def start(listed: datetime) -> Service:
            with db.reading(engine) as session:
                source = Source(session, listed)

            def put(moment: datetime) -> None:
                january_2025.serve_files(congress.world, source.files_at(moment))
                january_2027.serve_list(congress.world, moment)
                congress.world.asof = moment.date().isoformat()

            found = serve_campaign(engine, put, BEGIN)
            found.subscribe(*READERS)
            return found

        yield start


def import_texas(engine: Engine, now: datetime) -> None:
    """One state's new map; the ZIP code of Austin is where it really will be."""
    rows = ["TX,78701,10", *(f"TX,{75000 + number},{number}" for number in range(1, 39))]
    source = "\n".join(["state_abbr,zcta,cd", *rows]).encode()
    census.import_zips(engine, source, 120, now=now, whole=True)


def test_every_page_and_mail_of_every_day(live: Callable[[datetime], Service]) -> None:
    """No failure, no dead number without its Congress, no ask for a dead bill, nobody who does not sit, no
    unmarked old map."""
    service, found = live(EARLY), []
    for day in each_day(DAYS):
        if service.at < TEXAS_MAP <= day.at:
            service.live_until(TEXAS_MAP)
            import_texas(service.engine, TEXAS_MAP)
        found += day.live_and_read(service, STARTS, SEATS)
    assert not found + service.errors, "\n".join(found + service.errors)


def test_nobody_of_the_old_list_speaks_while_the_new_one_is_late(live: Callable[[datetime], Service]) -> None:
    service = live(LATE)
    found = LATE_DAY.live_and_read(service, (), SEATS)
    assert not found + service.errors, "\n".join(found + service.errors)
