"""The way to the relay, shared by all workers: whether it is blocked, and how fast it may be used.

The rate is a bucket of tokens in the database, so it holds over processes. A relay that throttles slows
everybody down and is asked again later; that is nobody's failed attempt.
"""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.mailing.models import MailPolicy, Pipe
from campaign.mailing.policy import policy
from campaign.mailing.transport import Verdict

# How long the way is left alone after trouble; doubled at each further time.
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
THROTTLED_PAUSE = timedelta(seconds=30)
REFUSED_PAUSE = timedelta(minutes=10)
SLOWEST_PACE = 1 / 16
PACE_RECOVERS = timedelta(minutes=10)
RELAY = "relay"


def state(session: Session, *, lock: bool = False) -> Pipe:
    """The shared state of the way to the relay."""
    found = session.get(Pipe, RELAY, with_for_update=lock or None)
    if found is None:
        try:
            with session.begin_nested():
                session.add(Pipe(name=RELAY))
        except sa.exc.IntegrityError:
            pass
        found = session.get_one(Pipe, RELAY, with_for_update=lock or None)
    return found


def allowed(session: Session, most: int, now: datetime) -> tuple[int, float | None]:
    """How many messages may leave now by the shared state and rate, and else how long to wait."""
    rules = policy(session)
    way = state(session, lock=_limited(rules))
    if way.blocked_until and way.blocked_until > now:
        return 0, (way.blocked_until - now).total_seconds()
    if not _limited(rules):
        return most, None
    _refill(way, rules, now)
    free = min(
        float(most),
        way.second_tokens if rules.per_second > 0 else most,
        way.hour_tokens if rules.per_hour > 0 else most,
    )
    granted = int(free)
    way.second_tokens -= granted
    way.hour_tokens -= granted
    return granted, None if granted else _until_one(way, rules)


def _limited(rules: MailPolicy) -> bool:
    return rules.per_second > 0 or rules.per_hour > 0


def _refill(way: Pipe, rules: MailPolicy, now: datetime) -> None:
    if way.pace < 1 and way.paced_at and now - way.paced_at >= PACE_RECOVERS:
        way.pace, way.paced_at = min(1.0, way.pace * 2), now
    rate = rules.per_second * way.pace
    if way.filled_at is None:
        way.second_tokens, way.hour_tokens = max(1.0, rate), _hour_room(rules)
    else:
        passed = max(0.0, (now - way.filled_at).total_seconds())
        way.second_tokens = min(max(1.0, rate), way.second_tokens + passed * rate)
        way.hour_tokens = min(_hour_room(rules), way.hour_tokens + passed * rules.per_hour / 3600)
    way.filled_at = max(now, way.filled_at or now)


def _hour_room(rules: MailPolicy) -> float:
    """A minute's share at most can be saved up, so that no hour sees more than it may."""
    return max(1.0, rules.per_hour / 60)


def _until_one(way: Pipe, rules: MailPolicy) -> float:
    """Seconds until a whole token is there again."""
    waits = [0.02]
    if rules.per_second > 0:
        waits.append((1 - way.second_tokens) / (rules.per_second * way.pace))
    if rules.per_hour > 0:
        waits.append((1 - way.hour_tokens) * 3600 / rules.per_hour)
    return max(waits)


def give_back(session: Session, unused: int) -> None:
    if unused > 0 and _limited(policy(session)):
        way = state(session, lock=True)
        way.second_tokens += unused
        way.hour_tokens += unused


def block(engine: Engine, verdict: Verdict, *, now: datetime) -> None:
    """The relay is in the way: nobody asks it for a while, longer each time; throttling also slows us down."""
    with db.writing(engine) as session:
        way = state(session, lock=True)
        if way.blocked_until and way.blocked_until > now:
            return
        way.strikes += 1
        first = {"throttled": THROTTLED_PAUSE, "refused": REFUSED_PAUSE}.get(verdict.kind, FIRST_PAUSE)
        pause = min(first * (1 << min(way.strikes - 1, 10)), max(LONGEST_PAUSE, first))
        way.blocked_until = now + pause * random.uniform(0.8, 1.2)  # noqa: S311 -- spreads load
        if way.trouble != verdict.kind:
            way.trouble, way.since = verdict.kind, now
        way.words = verdict.words
        if verdict.kind == "throttled":
            way.pace, way.paced_at = max(SLOWEST_PACE, way.pace / 2), now


def well_again(engine: Engine) -> None:
    """A message went through: the trouble is over."""
    with db.writing(engine) as session:
        way = state(session, lock=True)
        way.trouble, way.words, way.since, way.strikes, way.blocked_until = "", "", None, 0, None


def troubled(engine: Engine) -> bool:
    with db.reading(engine) as session:
        way = session.get(Pipe, RELAY)
        return bool(way and way.trouble)
