"""Live through a Congress week by week against a stand-in that lies, and compare the ledger with the record.

    make replay STANDIN=http://127.0.0.1:8900

The stand-in serves real bills in the shapes of api.congress.gov and GovInfo, with a clock that can be moved
and faults that can be switched on (see ``Faults``). Each week the clock moves, new bills are tracked and the
tracked ones are polled by the real command, which is killed at random points and started again. At the end
every change in the ledger is held against the bill's own record: none false, none missing, none twice.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import track

from campaign import db
from campaign.congress import ledger, tracking
from campaign.congress.actions import fingerprint
from campaign.congress.bills import TYPES, BillId
from campaign.congress.observation import ActionRow

FIRST_DAY = date(2025, 1, 3)
LAST_DAY = date(2026, 6, 1)
CONGRESSES = (118, 119)
KINDS = ("500", "503", "429", "html", "errorbody", "redirect", "drop", "truncate")
LIST_KINDS = ("shortpage", "emptylist", "phantom", "duprow")
LAST_ROUNDS = 12
CAMPAIGN = Path(sys.executable).with_name("campaign")


@dataclass
class StandIn:
    """The server of the record: its clock, its faults, and what it really holds."""

    address: str

    def get(self, path: str, **query: str) -> bytes:
        url = f"{self.address}{path}?{urllib.parse.urlencode(query)}"
        headers = {"Accept": "application/json", "X-Api-Key": "replay"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as reply:
            return reply.read()

    def control(self, **query: str) -> None:
        self.get("/_control", **query)

    def bills(self) -> Iterator[BillId]:
        """Every bill visible on the stand-in's day."""
        for congress in CONGRESSES:
            for kind in TYPES:
                listing = json.loads(self.get(f"/govinfo/bulkdata/json/BILLSTATUS/{congress}/{kind}"))
                for file in listing["files"]:
                    number = file["name"].removeprefix(f"BILLSTATUS-{congress}{kind}").removesuffix(".xml")
                    yield BillId(congress, kind, int(number))

    def rows(self, bill: BillId, what: str) -> list[dict[str, str]]:
        path, rows = f"/v3/bill/{bill.congress}/{bill.type}/{bill.number}/{what}", []
        while True:
            query = {"format": "json", "limit": "250", "offset": str(len(rows))}
            page = json.loads(self.get(path, **query))[what]
            rows += page
            if len(page) < 250:
                return rows


@dataclass
class Replay:
    """One run: where it writes, how often it kills, what went by."""

    standin: StandIn
    folder: Path
    chance: random.Random
    wanted: int
    kills_left: int
    share: tuple[int, int] = (1, 1)
    killed: int = 0
    polls: int = 0
    requests: int = 0
    chosen: set[BillId] = field(default_factory=set)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.url = f"sqlite:///{self.folder}/campaign.db"
        self.engine = db.open_engine(self.url)
        db.upgrade(self.engine)
        self.environment = {
            **os.environ,
            "CAMPAIGN_DATABASE_URL": self.url,
            "CAMPAIGN_CONGRESS_API_KEY": "replay",
            "CAMPAIGN_CONGRESS_API_URL": f"{self.standin.address}/v3",
            "CAMPAIGN_GOVINFO_URL": f"{self.standin.address}/govinfo",
            "CAMPAIGN_LOG_LEVEL": "ERROR",
        }

    def choose(self) -> None:
        """All bills, or as many as wanted: first those that somebody left; of a share, every n-th."""
        self.standin.control(asof="", faults="", ratelimit=str(10**9))
        part, parts = self.share
        bills = sorted(self.standin.bills())[part - 1 :: parts]
        if 0 < self.wanted < len(bills):
            left = [
                b
                for b in bills
                if any("sponsorshipWithdrawnDate" in r for r in self.standin.rows(b, "cosponsors"))
            ]
            rest = [bill for bill in bills if bill not in left]
            bills = left + self.chance.sample(rest, max(0, self.wanted - len(left)))
        self.chosen = set(bills)

    def week(self, day: date, now: datetime) -> None:
        self.standin.control(asof=day.isoformat(), faults="")
        visible = [bill for bill in self.standin.bills() if bill in self.chosen]
        with db.writing(self.engine) as session:
            for bill in visible:
                tracking.track(session, bill, now=now)
        self.standin.control(faults=self._faults(), seed=str(self.chance.randrange(10**6)))
        self.poll()

    def _faults(self) -> str:
        rates = {kind: self.chance.uniform(0.03, 0.10) for kind in KINDS + LIST_KINDS}
        return ",".join(f"{kind}:{rate:.3f}" for kind, rate in {**rates, "slow": 0.01}.items())

    def poll(self, *bills: str) -> dict[str, object]:
        """One poll by the real command; killed now and then and run again, like a machine that restarts."""
        command = [str(CAMPAIGN), "poll", "--source", "api", "--json"]
        for bill in bills:
            command += ["--bill", bill]
        self.polls += 1
        while True:
            started = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)
            try:
                limit = self.chance.uniform(1, 40) if self.kills_left and self.chance.random() < 0.5 else None
                output, _ = started.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                started.kill()
                started.communicate()
                self.kills_left -= 1
                self.killed += 1
                continue
            if not output:
                raise SystemExit(f"the poll ended with {started.returncode} and said nothing")
            report: dict[str, object] = json.loads(output)
            self.requests += int(str(report["requests"]))
            return report

    def finish(self) -> int:
        """Poll on the last day, faults still on, until each bill was read whole twice more."""
        self.standin.control(asof="", faults=self._faults())
        left = {str(bill): 2 for bill in self.chosen}
        for rounds in range(LAST_ROUNDS):
            if not left:
                return rounds
            report = self.poll(*left)
            unread = {*report["incomplete"], *report["failed"]}  # type: ignore[misc]
            left = {bill: n - (bill not in unread) for bill, n in left.items() if n > (bill not in unread)}
        return LAST_ROUNDS


def compare(replay: Replay, bill: BillId, now: datetime) -> list[str]:
    """What the ledger says of a bill against what its record says, a line a difference."""
    with db.reading(replay.engine) as session:
        changes = ledger.changes_since(session, bill=str(bill))
        record = ledger.current(session, str(bill), now=now)
    told = Counter(
        (c.kind, c.bioguide, c.happened.isoformat() if c.happened else "")
        for c in changes
        if c.kind in ("cosponsored", "withdrew", "withdrawal_retracted", "action_retracted")
    )
    truth = Counter(_cosponsor_truth(replay.standin.rows(bill, "cosponsors")))
    faults = [f"{bill}: {n} × {key} too many" for key, n in (told - truth).items()]
    faults += [f"{bill}: {n} × {key} missing" for key, n in (truth - told).items()]
    lines = Counter(fingerprint(_line(row)) for row in replay.standin.rows(bill, "actions"))
    kept = Counter(line.fingerprint for line in record.actions)
    if set(lines) != set(kept) or len([c for c in changes if c.kind == "action"]) != len(lines):
        faults.append(f"{bill}: history differs")
    return faults


def _cosponsor_truth(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    for person, joined in {(row["bioguideId"], row["sponsorshipDate"]) for row in rows}:
        yield "cosponsored", person, joined
    for person, left in {
        (row["bioguideId"], row["sponsorshipWithdrawnDate"])
        for row in rows
        if "sponsorshipWithdrawnDate" in row
    }:
        yield "withdrew", person, left


def _line(row: dict[str, str]) -> ActionRow:
    day = date.fromisoformat(row["actionDate"])
    return ActionRow(acted=day, text=row.get("text", ""), code=row.get("actionCode", ""))


def _share(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not 1 <= int(part) <= int(parts):
        raise ValueError(text)
    return int(part), int(parts)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--standin", required=True, help="address of the stand-in, http://127.0.0.1:8900")
    arguments.add_argument("--every", type=int, default=7, help="days between polls")
    arguments.add_argument("--bills", type=int, default=0, help="how many bills; 0 = all")
    arguments.add_argument(
        "--share", type=_share, default=(1, 1), help="2/4 = the second quarter; four stand-ins, four quarters"
    )
    arguments.add_argument("--kills", type=int, default=40, help="how often a poll may be killed")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--folder", type=Path, default=Path("var/replay"))
    chosen = arguments.parse_args()
    chance = random.Random(chosen.seed)  # noqa: S311 -- a repeatable run, no secret
    standin = StandIn(chosen.standin.rstrip("/"))
    replay = Replay(standin, chosen.folder, chance, chosen.bills, chosen.kills, chosen.share)
    return run(replay, chosen.every)


def run(replay: Replay, every: int) -> int:
    console, started = Console(), monotonic()
    replay.choose()
    days = [FIRST_DAY + timedelta(days=n) for n in range(0, (LAST_DAY - FIRST_DAY).days, every)]
    for day in track(days, description="weeks", console=console):
        replay.week(day, db.utcnow())
    rounds = replay.finish()
    replay.standin.control(asof="", faults="")
    faults = [line for bill in sorted(replay.chosen) for line in compare(replay, bill, db.utcnow())]
    for line in faults:
        console.print(line)
    console.print(
        f"{len(replay.chosen)} bills, {len(days)} polls and {rounds} last rounds, {replay.requests} requests, "
        f"{replay.killed} kills, {monotonic() - started:.0f} s: {len(faults)} differences"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
