"""What a poll asks of its source: counted on the tests' own small Congress."""

import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from benchmarks.figures import Figure
from campaign import db
from campaign.congress import tracking
from campaign.congress.bills import BillId
from jobs import poll_bills

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from standin import Standin, serve

REQUESTS_A_BILL = 3
PAGE = 250
BEFORE, AFTER = "2026-01-10", ""


def measure() -> list[Figure]:
    """Poll all bills of the small Congress, let three months pass, poll again."""
    with serve() as standin, tempfile.TemporaryDirectory(prefix="campaign-bench-") as folder:
        engine = db.open_engine(f"sqlite:///{Path(folder)}/campaign.db")
        db.upgrade(engine)
        standin.world.asof = BEFORE
        bills = [BillId.of(record.id) for record in standin.world.bills.values() if record.introduced <= BEFORE]
        now = db.utcnow()
        with db.writing(engine) as session:
            for bill in bills:
                tracking.track(session, bill, now=now)
        poll_bills.run(engine, standin.settings(), now=now, source="api")
        standin.world.asof = AFTER
        standin.world.log.clear()
        later = now + timedelta(hours=1)
        report = poll_bills.run(engine, standin.settings(), now=later, source="api", pause=0)
        figures = _figures(standin, bills, report)
        engine.dispose()
    return figures


def _figures(standin: Standin, bills: list[BillId], report: poll_bills.Report) -> list[Figure]:
    asked = Counter((one.path, tuple(sorted(one.query.items()))) for one in standin.world.log)
    further = sum(_further_pages(standin, bill) for bill in bills)
    allowed = REQUESTS_A_BILL * len(bills) + further
    repeated = sum(times - 1 for times in asked.values())
    return [
        Figure(
            f"poll of {report.polled} bills, {report.changes} changes: requests",
            str(report.requests),
            f"{REQUESTS_A_BILL} a bill and {further} further pages: {allowed}",
            report.requests <= allowed,
        ),
        Figure("… requests repeated within the run", str(repeated), "0", repeated == 0),
    ]


def _further_pages(standin: Standin, bill: BillId) -> int:
    """Pages beyond the first that a bill's lists take: at 250 rows a page, until one is short."""
    record = standin.world.bills[str(bill)]
    return len(record.cosponsors) // PAGE + len(record.actions) // PAGE
