"""Live through a year of Congress's calendars against a stand-in that lies, and compare with what it announced.

    make week STANDIN=http://127.0.0.1:8901

The stand-in serves invented meetings in the shapes of docs.house.gov, hearings.xml and api.congress.gov, with a
clock that is moved forward and faults that are switched on for every round. Beside each round the truth is read
without faults, by patterns of this file's own. A meeting that names a tracked bill has to be shown before it
begins, with an hour that was announced, and not as planned once it is off.
"""

import argparse
import json
import random
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic

from pydantic import SecretStr
from rich.console import Console
from rich.progress import track

from campaign import db, snapshot
from campaign.calendar import ahead
from campaign.calendar.models import AHEAD
from campaign.congress import tracking
from campaign.congress.bills import WASHINGTON, BillId
from campaign.fetch import open_fetcher
from campaign.settings import Settings
from jobs import read_calendars

BILLS = tuple(map(BillId.of, ("hr6736-119", "hr923-119", "s367-119", "s3508-119")))
KINDS = (
    "500",
    "503",
    "429",
    "403",
    "html",
    "errorbody",
    "redirect",
    "drop",
    "truncate",
    "404",
    "stale",
    "lagapi",
)
KINDS += ("nobills", "shuffle", "shortpage", "duprow", "gridless", "notype", "newfield", "rename")
# The longest that a change may take to be shown: the Senate's list is built every two hours, a failed round
# or three come on top.
LATEST = timedelta(hours=6)
# No meeting is announced earlier before the hour it ends up with, moves included.
ANNOUNCED = timedelta(days=28)
FORMS = {
    "hr6736-119": r"H\.R\.\s?6736(?!\d)",
    "hr923-119": r"H\.R\.\s?923(?!\d)",
    "s367-119": r"(?<![.A-Z])S\.\s?367(?!\d)",
    "s3508-119": r"(?<![.A-Z])S\.\s?3508(?!\d)",
}


@dataclass
class Truth:
    """What the source itself says of a meeting at a moment: its hour, whether it is on, the bills it names."""

    starts_at: datetime
    is_on: bool
    named: frozenset[str]


@dataclass
class StandIn:
    address: str

    def get(self, path: str, **query: str) -> str:
        url = f"{self.address}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, headers={"X-Api-Key": "replay"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read().decode()

    def control(self, **query: str) -> None:
        self.get("/_control", **query)

    def events(self) -> Iterator[tuple[str, datetime]]:
        """Meetings that name one of the bills in their last state, or are of the stand-in's own story, with the
        hour they end up with."""
        self.control(asof="", faults="", ratelimit=str(10**9))
        found: set[str] = set()
        for chamber in ("house", "senate"):
            offset, total = 0, 1
            while offset < total:
                path = f"/v3/committee-meeting/119/{chamber}"
                page = json.loads(self.get(path, format="json", limit="250", offset=str(offset)))
                found |= {row["eventId"] for row in page["committeeMeetings"]}
                offset, total = offset + 250, page["pagination"]["count"]
        for event in sorted(found):
            chamber = "house" if event.startswith("1") else "senate"
            detail = self.get(f"/v3/committee-meeting/119/{chamber}/{event}", format="json")
            if re.fullmatch(r"[13]90[123]\d\d", event) or named(detail):
                yield event, datetime.fromisoformat(json.loads(detail)["committeeMeeting"]["date"])

    def truth(self, event: str, rows: dict[str, str]) -> Truth | None:
        return self.house(event) if event.startswith("1") else self.senate(event, rows)

    def house(self, event: str) -> Truth | None:
        try:
            page = self.get("/house-docs/Committee/Calendar/ByEvent.aspx", EventID=event)
        except urllib.error.HTTPError:
            # Not announced yet.
            return None
        shown = re.search(r'meetingTime">\w+, (\w+ \d+, \d{4}) \((\d+:\d\d [AP]M)\)', page)
        if not shown:
            return None
        wall = datetime.strptime(f"{shown[1]} {shown[2]}", "%B %d, %Y %I:%M %p")  # noqa: DTZ007 -- Eastern
        off = re.search(r'status-alert">Meeting was (?:cancelled|postponed)', page)
        return Truth(moment(wall), not off, named(page))

    def rows(self) -> dict[str, str]:
        """The rows of the Senate's list, by event."""
        page = self.get("/senate/general/committee_schedules/hearings.xml")
        found = (re.search(r"<identifier>(\d+)<", row) for row in page.split("<meeting>")[1:])
        return {match[1]: row for match, row in zip(found, page.split("<meeting>")[1:], strict=True) if match}

    def senate(self, event: str, rows: dict[str, str]) -> Truth | None:
        row = rows.get(event)
        if row is None:
            return None
        day, clock = (re.search(rf"<{name}>([^<]+)<", row) for name in ("date_iso_8601", "time_iso_8601"))
        if not (day and clock):
            return None
        forms = re.findall(r'document_num="(\d+)" document_prefix="(HR|SN)"', row)
        listed = {f"{ {'HR': 'hr', 'SN': 's'}[prefix] }{number}-119" for number, prefix in forms}
        return Truth(
            moment(datetime.fromisoformat(f"{day[1]}T{clock[1]}")), True, named(row) | (listed & FORMS.keys())
        )


def moment(wall: datetime) -> datetime:
    return wall.replace(tzinfo=WASHINGTON).astimezone(UTC)


def named(text: str) -> frozenset[str]:
    return frozenset(bill for bill, form in FORMS.items() if re.search(form, text))


@dataclass
class Replay:
    standin: StandIn
    folder: Path
    chance: random.Random
    share: float
    rounds: int = 0
    requests: int = 0
    failed: int = 0
    faults: list[str] = field(default_factory=list)
    # By event: what was true since when, and the hours that were ever announced.
    truths: dict[str, list[tuple[datetime, Truth | None]]] = field(default_factory=dict)
    shown: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.settings = Settings(
            database_url=f"sqlite:///{self.folder}/campaign.db",
            congress_api_key=SecretStr("replay"),
            congress_api_url=f"{self.standin.address}/v3",
            house_docs_url=f"{self.standin.address}/house-docs",
            senate_url=f"{self.standin.address}/senate",
            voting_days_url=f"{self.standin.address}/voting-days/voting-days.ics",
        )
        self.engine = db.open_engine(self.settings.database_url)
        db.upgrade(self.engine)
        snapshot.load(self.engine, now=db.utcnow())
        with db.writing(self.engine) as session:
            for bill in BILLS:
                tracking.track(session, bill, now=db.utcnow())

    def round(self, now: datetime, events: list[tuple[str, datetime]]) -> None:
        self.standin.control(asof=f"{now.astimezone(WASHINGTON):%Y-%m-%dT%H:%M}", faults="")
        rows = self.standin.rows()
        for event, last in events:
            if abs(last - now) < ANNOUNCED:
                self._note_truth(event, self.standin.truth(event, rows), now)
        rates = {kind: self.chance.uniform(0, 2 * self.share) for kind in KINDS}
        faults = ",".join(f"{kind}:{rate:.3f}" for kind, rate in rates.items())
        self.standin.control(faults=faults, seed=str(self.chance.randrange(10**6)))
        waits = {"wait_initial": 0.0, "wait_max": 0.0, "wait_jitter": 0.0}
        client = open_fetcher(self.settings, attempts=2, read_timeout=5.0, patience=25.0, rest=0.0, **waits)
        report = read_calendars.run(self.engine, self.settings, now=now, fetcher=client, pause=0.0)
        self.rounds, self.requests = self.rounds + 1, self.requests + report.requests
        self.failed += not report.whole
        self._compare(now)

    def _note_truth(self, event: str, truth: Truth | None, now: datetime) -> None:
        known = self.truths.setdefault(event, [])
        if (truth or known) and (not known or known[-1][1] != truth):
            known.append((now, truth))

    def _compare(self, now: datetime) -> None:
        with db.reading(self.engine) as session:
            plans = ahead.plans(session, BILLS, now=now)
        for bill, plan in plans.items():
            for planned in plan.meetings:
                meeting = planned.meeting
                if planned.names and meeting.state == AHEAD and meeting.starts_at > now:
                    self.shown.setdefault(f"{meeting.event} {bill}", now)
                    self._check(meeting.event, str(bill), meeting.starts_at, now)

    def _check(self, event: str, bill: str, hour: datetime, now: datetime) -> None:
        """What is shown as planned has to be true now, or to have been true a short while ago."""
        known = self.truths.get(event, [])
        ends = [since for since, _truth in known[1:]] + [now + LATEST]
        lately = [truth for (_since, truth), end in zip(known, ends, strict=False) if end > now - LATEST]
        if not any(truth and bill in truth.named for truth in lately):
            self.faults.append(f"{now:%Y-%m-%d %H:%M} {event}: {bill} is not named")
        elif not any(truth and truth.is_on and truth.starts_at == hour for truth in lately):
            self.faults.append(f"{now:%Y-%m-%d %H:%M} {event}: {bill} at {hour:%Y-%m-%d %H:%M} is not true")

    def finish(self, now: datetime) -> int:
        """Compare the meetings that were to take place with those shown; returns how many were due."""
        due = 0
        for event, known in self.truths.items():
            for bill in FORMS:
                stood = _stood(known, bill, now)
                due += stood is not None
                if stood and self.shown.get(f"{event} {bill}", now) >= stood:
                    self.faults.append(f"{event}: {bill}, set for {stood:%Y-%m-%d %H:%M}, was never shown")
        return due


def _stood(known: list[tuple[datetime, Truth | None]], bill: str, now: datetime) -> datetime | None:
    """The hour at which a meeting was still to take place and to name the bill; None where it was not."""
    ends = [since for since, _truth in known[1:]] + [now]
    for (since, truth), end in zip(known, ends, strict=False):
        stands = truth and truth.is_on and bill in truth.named and since < truth.starts_at <= end
        if truth and stands and truth.starts_at - since >= LATEST:
            return truth.starts_at
    return None


def moments(first: date, last: date, step: int) -> Iterator[datetime]:
    """Every ``step`` minutes from six in the morning to eleven at night, Eastern."""
    day = first
    while day <= last:
        for minutes in range(6 * 60 + 6, 23 * 60, step):
            yield moment(datetime.combine(day, time(minutes // 60, minutes % 60)))
        day += timedelta(days=1)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--standin", required=True, help="address of the stand-in, http://127.0.0.1:8901")
    arguments.add_argument("--first", type=date.fromisoformat, default=date(2026, 1, 2))
    arguments.add_argument("--last", type=date.fromisoformat, default=date(2027, 1, 2))
    arguments.add_argument("--step", type=int, default=60, help="minutes between rounds")
    arguments.add_argument(
        "--share", type=float, default=0.03, help="mean share of requests that each fault hits"
    )
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--folder", type=Path, default=Path("var/week"))
    chosen = arguments.parse_args()
    console, started = Console(), monotonic()
    standin = StandIn(chosen.standin.rstrip("/"))
    chance = random.Random(chosen.seed)  # noqa: S311 -- a repeatable run, no secret
    replay = Replay(standin, chosen.folder, chance, chosen.share)
    events = list(standin.events())
    steps = list(moments(chosen.first, chosen.last, chosen.step))
    # Interrupted, it says how far it came.
    with suppress(KeyboardInterrupt):
        for now in track(steps, description="rounds", console=console):
            replay.round(now, events)
    due = replay.finish(steps[replay.rounds - 1])
    for fault in replay.faults[:100]:
        console.print(fault)
    console.print(
        f"{len(events)} meetings, {due} of them to take place and naming a bill, {replay.rounds} rounds "
        f"({replay.failed} with a source unread), {replay.requests} requests, {monotonic() - started:.0f} s: "
        f"{len(replay.faults)} faults"
    )
    return 1 if replay.faults else 0


if __name__ == "__main__":
    sys.exit(main())
