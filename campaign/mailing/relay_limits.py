"""How fast the relay may be used, and whether it may be used at all: one state for all workers.

The rates are token buckets in the database, so they hold over processes. A relay that throttles us slows all
workers down and is asked again later; that is nobody's failed attempt.
"""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db
from campaign.mailing import notices
from campaign.mailing.models import MailPolicy, RelayLimits
from campaign.mailing.policy import policy
from campaign.mailing.transport import Verdict

# How long the relay is left alone after trouble; doubled at each further time.
FIRST_PAUSES = {
    "down": timedelta(seconds=5),
    "throttled": timedelta(seconds=30),
    "refused": timedelta(minutes=10),
}
LONGEST_PAUSE = timedelta(minutes=5)
SLOWEST_PACE = 1 / 16
# A moment further ahead was written by a clock that was wrong; smaller differences are those of two machines.
LONGEST_AHEAD = timedelta(minutes=5)
PACE_RECOVERS = timedelta(minutes=10)
# Seconds between two looks, at least, for a worker that waits for a token.
SHORTEST_WAIT = 0.02
# The key of the one row.
RELAY = "relay"
# Organizers are notified when no message has left for so long.
STUCK_AFTER = timedelta(minutes=5)
# What each kind of trouble is, in both languages.
TROUBLES = {
    "down": ("the relay cannot be reached", "no se puede llegar al servidor de correo"),
    "throttled": ("the relay asks us to slow down", "el servidor de correo pide ir más despacio"),
    "refused": ("the relay refuses us", "el servidor de correo nos rechaza"),
}


def state(session: Session) -> RelayLimits:
    """The shared state, locked for this transaction; made where it is missing."""
    found = session.get(RelayLimits, RELAY, with_for_update=True)
    if found is None:
        try:
            with session.begin_nested():
                session.add(RelayLimits(name=RELAY))
        except sa.exc.IntegrityError:
            pass
        found = session.get_one(RelayLimits, RELAY, with_for_update=True)
    return found


# --- the rate --------------------------------------------------------------------------------------


def take(session: Session, most: int, now: datetime) -> tuple[int, float | None]:
    """Take tokens for up to ``most`` messages: how many, and where that is none, in how many seconds to ask
    again."""
    rules = policy(session)
    limits = state(session)
    if limits.blocked_until and limits.blocked_until - now > 2 * max(LONGEST_PAUSE, *FIRST_PAUSES.values()):
        # No pause is so long: the clock was ahead when it was written.
        limits.blocked_until = None
    if limits.blocked_until and limits.blocked_until > now:
        return 0, (limits.blocked_until - now).total_seconds()
    if not _limited(rules):
        return most, None
    _refill(limits, rules, now)
    free = [most]
    if rules.per_second > 0:
        free.append(int(limits.second_tokens))
    if rules.per_hour > 0:
        free.append(int(limits.hour_tokens))
    granted = max(0, min(free))
    _spend(limits, rules, granted)
    return granted, None if granted else _until_one(limits, rules)


def _spend(limits: RelayLimits, rules: MailPolicy, messages: int) -> None:
    """Take tokens out of the buckets in use; one that is no limit now would be found far below zero later."""
    if rules.per_second > 0:
        limits.second_tokens -= messages
    if rules.per_hour > 0:
        limits.hour_tokens -= messages


def _limited(rules: MailPolicy) -> bool:
    return rules.per_second > 0 or rules.per_hour > 0


def _refill(limits: RelayLimits, rules: MailPolicy, now: datetime) -> None:
    """Add the tokens of the time since the last refill; the first time fills both buckets."""
    if limits.paced_at and now - limits.paced_at >= PACE_RECOVERS:
        limits.pace, limits.paced_at = min(1.0, limits.pace * 2), now
    rate = rules.per_second * limits.pace
    # A second's share of messages, and a minute's share of an hour's: more cannot be saved up.
    second_room, hour_room = max(1.0, rate), max(1.0, rules.per_hour / 60)
    if limits.filled_at is None or limits.filled_at - now > LONGEST_AHEAD:
        limits.second_tokens, limits.hour_tokens, limits.filled_at = second_room, hour_room, now
    passed = max(0.0, (now - limits.filled_at).total_seconds())
    limits.second_tokens = min(second_room, max(0.0, limits.second_tokens) + passed * rate)
    limits.hour_tokens = min(hour_room, max(0.0, limits.hour_tokens) + passed * rules.per_hour / 3600)
    limits.filled_at = max(now, limits.filled_at)


def _until_one(limits: RelayLimits, rules: MailPolicy) -> float:
    """Seconds until each bucket in use holds a whole token."""
    waits = [SHORTEST_WAIT]
    if rules.per_second > 0:
        waits.append((1 - limits.second_tokens) / (rules.per_second * limits.pace))
    if rules.per_hour > 0:
        waits.append((1 - limits.hour_tokens) * 3600 / rules.per_hour)
    return max(waits)


def give_back(session: Session, unused: int) -> None:
    """Return tokens that no message used."""
    rules = policy(session)
    if _limited(rules):
        _spend(state(session), rules, -unused)


# --- trouble ---------------------------------------------------------------------------------------


def block(engine: Engine, verdict: Verdict, *, now: datetime) -> None:
    """The relay failed: no worker uses it for a while, longer each time; throttling also halves the rate.

    Organizers are notified once when nothing has left for ``STUCK_AFTER``.
    """
    with db.writing(engine) as session:
        limits = state(session)
        if limits.blocked_until and limits.blocked_until > now:
            return
        limits.strikes += 1
        first = FIRST_PAUSES[verdict.kind]
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


def _problem(limits: RelayLimits) -> dict[str, str]:
    en, es = TROUBLES[limits.trouble]
    words = f" ({limits.words})" if limits.words else ""
    since = f"{limits.failing_since:%Y-%m-%d %H:%M} UTC"
    return {"since": since, "problem_en": en + words, "problem_es": es + words}


def clear(engine: Engine) -> None:
    """A message went through: the trouble is over."""
    with db.writing(engine) as session:
        limits = state(session)
        limits.trouble, limits.words, limits.since = "", "", None
        limits.strikes, limits.blocked_until = 0, None
        limits.failing_since, limits.notified = None, False


def in_trouble(engine: Engine) -> bool:
    with db.reading(engine) as session:
        limits = session.get(RelayLimits, RELAY)
        return bool(limits and limits.trouble)
