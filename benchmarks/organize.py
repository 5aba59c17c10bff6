"""The organizers' pages with five campaigns, a whole Congress tracked and a million calls counted: medians and
questions."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session

from benchmarks.figures import Figure
from benchmarks.invented_congress import CONGRESS, FIRST_DAY, SIZES
from campaign import db, snapshot
from campaign.accounts import sessions, users
from campaign.app import create_app
from campaign.congress import members
from campaign.congress.models import Bill, Change, Cosponsorship, Tracking
from campaign.outreach.models import CallCount, CallTotal
from campaign.proposals import campaigns
from campaign.proposals.models import Kinship
from campaign.settings import Settings

SLOWEST = 150
TIMES = 25
CALLS = 1_000_000
SHIPPED = "us-guns-abroad"
# The campaigns beside the shipped one, each with this many proposals of one bill.
OTHERS = tuple(f"campaign-{number}" for number in range(2, 6))
PROPOSALS = 4
KEYS = ("about", "member", "outcome", "said")
PAGES = {"this week": "", "worklists": "lists", "whip board": "board"}


def measure(share: float = 1.0) -> list[Figure]:
    """Each page asked for again and again by a client that is signed in; SQLite in a file."""
    with tempfile.TemporaryDirectory(prefix="campaign-bench-") as folder:
        engine = db.open_engine(f"sqlite:///{Path(folder) / 'campaign.db'}")
        db.upgrade(engine)
        snapshot.load(engine, now=db.utcnow())
        few = {name: _questions(engine, path) for name, path in PAGES.items()}
        bills = _fill(engine, share)
        figures = [_figure(engine, name, path, few[name], bills) for name, path in PAGES.items()]
        engine.dispose()
    return figures


def _figure(engine: Engine, name: str, path: str, few: int, bills: int) -> Figure:
    client = signed_in(engine)
    client.get(f"/organize/{path}")
    cached, busy = _took(client, path, lambda: None)
    # As if a reading had come in before every look, so that no cached result may be used.
    anew, busy_anew = _took(client, path, lambda: client.application.extensions.pop("cached_results", None))
    questions = _questions(engine, path)
    return Figure(
        f"organizers, {name}: {1 + len(OTHERS)} campaigns, {bills:,} bills tracked, {CALLS:,} calls",
        f"{cached:.0f} ms at the median ({busy:.0f} of the processor); {anew:.0f} ({busy_anew:.0f}) when the "
        f"record has just moved; {questions} questions ({few} without them)",
        f"under {SLOWEST} ms; as many questions",
        cached < SLOWEST and questions <= few,
    )


def _took(client: FlaskClient, path: str, before: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds at the median, on the clock and of this process on a processor: machines are shared."""
    clock, busy = [], []
    for _ in range(TIMES):
        before()
        start, begun = perf_counter(), process_time()
        assert client.get(f"/organize/{path}").status_code == 200
        clock.append((perf_counter() - start) * 1000)
        busy.append((process_time() - begun) * 1000)
    return median(clock), median(busy)


def signed_in(engine: Engine) -> FlaskClient:
    app = create_app(Settings(secret_key=SecretStr("for benchmarks only, long enough")), engine=engine)
    with db.writing(engine) as session:
        user, _ = users.add(session, "bench@example.org", "admin", now=db.utcnow(), actor="benchmark")
        token = sessions.begin(session, user, now=db.utcnow())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


def _questions(engine: Engine, path: str) -> int:
    client = signed_in(engine)
    client.get(f"/organize/{path}")
    with _counting(engine) as sent:
        client.get(f"/organize/{path}")
    return len(sent)


@contextmanager
def _counting(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def _fill(engine: Engine, share: float) -> int:
    """As many bills, co-sponsors, changes and calls as a Congress and a large campaign leave behind."""
    chance = random.Random(CONGRESS)  # noqa: S311 -- invented data, not secrets
    now = db.utcnow()
    with db.writing(engine) as session:
        people = [(one.bioguide, one.chamber) for one in members.people(session, now=now).values()]
        taken = set(session.scalars(sa.select(Bill.id)))  # type: ignore[call-overload]
        ids = [f"{kind}{n}-{CONGRESS}" for kind, size in SIZES.items() for n in range(1, int(size * share) + 1)]
        ids = [id for id in ids if id not in taken]
        session.execute(sa.insert(Bill), [_bill(id, now) for id in ids])
        session.execute(sa.insert(Tracking), [{"bill": id, "since": now, "problem": ""} for id in ids])
        rows = [row for id in ids for row in _joined(chance, id, people)]
        session.execute(sa.insert(Cosponsorship), rows)
        session.execute(sa.insert(Change), [_change(row, now) for row in rows])
        session.execute(sa.insert(CallCount), list(_calls(chance, [bioguide for bioguide, _ in people])))
        session.execute(sa.insert(CallTotal).from_select([*KEYS, "count"], _totals()))
        _add_campaigns(session, chance.sample(ids, len(OTHERS) * PROPOSALS), now)
    return len(ids)


def _totals() -> sa.Select[Any]:
    keys = [getattr(CallCount, key) for key in KEYS]
    return sa.select(*keys, sa.func.sum(CallCount.count)).group_by(*keys)


def _add_campaigns(session: Session, bills: list[str], now: datetime) -> None:
    """Four more live campaigns, each with bills of its own."""
    left = iter(bills)
    for slug in OTHERS:
        campaigns.add_campaign(session, slug, title_en=slug, title_es=slug)
        campaigns.set_state(session, slug, "live", by="benchmark", now=now)
        for number in range(PROPOSALS):
            name = f"{slug}-act-{number}"
            campaigns.add_proposal(session, name, campaign=slug, name_en=name, name_es=name, position=number)
            session.add(Kinship(proposal=name, bill=next(left), state="confirmed", rule="benchmark", score=1.0))


def _bill(id: str, now: Any) -> dict[str, Any]:
    kind = id.rstrip("0123456789-")
    number = int(id[len(kind) :].partition("-")[0])
    return {
        "id": id,
        "congress": CONGRESS,
        "type": kind,
        "number": number,
        "title": f"Invented {id} Act",
        "introduced": FIRST_DAY,
        "observed_at": now,
        "title_key": f"invented {id}",
    }


def _joined(chance: random.Random, bill: str, people: list[tuple[str, str | None]]) -> Iterator[dict[str, Any]]:
    chamber = "house" if bill.startswith("h") else "senate"
    here = [bioguide for bioguide, sits in people if sits == chamber]
    for bioguide in chance.sample(here, min(len(here), int(chance.lognormvariate(1.78, 1.3)))):
        joined = FIRST_DAY + timedelta(days=chance.randrange(500))
        yield {"bill": bill, "bioguide": bioguide, "joined": joined, "original": False}


def _change(row: dict[str, Any], now: Any) -> dict[str, Any]:
    return {
        "bill": row["bill"],
        "kind": "cosponsored",
        "bioguide": row["bioguide"],
        "happened": row["joined"],
        "detail": {},
        "seen_at": now,
        "baseline": False,
    }


def _calls(chance: random.Random, people: list[str]) -> Iterator[dict[str, Any]]:
    """A million calls as they are kept: counts by day, member, office and outcome."""
    today, left = date.today(), CALLS  # noqa: DTZ011 -- any recent day will do
    kinds = [("talked", "will_join"), ("talked", "undecided"), ("voicemail", ""), ("not_reached", "")]
    for day in range(90):
        for bioguide in people:
            for outcome, said in kinds:
                count = min(left, chance.randrange(1, 11))
                if count == 0:
                    return
                left -= count
                yield {
                    "about": chance.choice((SHIPPED, *OTHERS)),
                    "member": bioguide,
                    "office": "washington",
                    "day": today - timedelta(days=day),
                    "outcome": outcome,
                    "said": said,
                    "count": count,
                }
