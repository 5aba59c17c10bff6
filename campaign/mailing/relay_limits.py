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
from campaign.mailing import notices
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
# Organizers are notified when no message has left for so long.
STUCK_AFTER = timedelta(minutes=5)
# What each kind of trouble is, in both languages.
TROUBLES = {
    "down": ("the relay cannot be reached", "no se puede llegar al servidor de correo"),
    "throttled": ("the relay asks us to slow down", "el servidor de correo pide ir más despacio"),
    "refused": ("the relay refuses us", "el servidor de correo nos rechaza"),
}


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
    """The relay failed: no worker uses it for a while, longer each time; throttling also halves the rate.

    Organizers are notified once when nothing has left for ``STUCK_AFTER``.
    """
    with db.writing(engine) as session:
        limits = state(session, lock=True)
        if limits.blocked_until and limits.blocked_until > now:
            return
        limits.strikes += 1
        first = {"throttled": THROTTLED_PAUSE, "refused": REFUSED_PAUSE}.get(verdict.kind, FIRST_PAUSE)
        pause = min(first * (1 << min(limits.strikes - 1, 10)), max(LONGEST_PAUSE, first))
        limits.blocked_until = now + pause * random.uniform(0.8, 1.2)  # noqa: S311 -- spreads load
        if limits.trouble != verdict.kind:
            limits.trouble, limits.since = verdict.kind, now
        limits.words = verdict.words
        if verdict.kind == "throttled":
            limits.pace, limits.paced_at = max(SLOWEST_PACE, limits.pace / 2), now
        limits.failing_since = limits.failing_since or now
        if not limits.notified and now - limits.failing_since >= STUCK_AFTER:
            limits.notified = True
            notices.notify(session, "stuck", _problem(limits), now=now)


def _problem(limits: Pipe) -> dict[str, str]:
    en, es = TROUBLES[limits.trouble]
    words = f" ({limits.words})" if limits.words else ""
    since = f"{limits.failing_since:%Y-%m-%d %H:%M} UTC"
    return {"since": since, "problem_en": en + words, "problem_es": es + words}


def well_again(engine: Engine) -> None:
    """A message went through: the trouble is over."""
    with db.writing(engine) as session:
        limits = state(session, lock=True)
        limits.trouble, limits.words, limits.since = "", "", None
        limits.strikes, limits.blocked_until = 0, None
        limits.failing_since, limits.notified = None, False


def troubled(engine: Engine) -> bool:
    with db.reading(engine) as session:
        way = session.get(Pipe, RELAY)
        return bool(way and way.trouble)
