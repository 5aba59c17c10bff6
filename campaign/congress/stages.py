"""How far a bill has come, read afresh from all its actions. No I/O.

The rules are a table of action codes and words. Codes alone mislead (E30000 stands on signings and on
vetoes, H12100 on reports and on mere introductions), so a rule may ask for both.
Sources: Library of Congress, api.congress.gov ``ActionEndpoint`` codes; unitedstates/congress
``bill_info.py`` for the course of a measure by its type.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import Enum
from typing import Protocol

from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_end
from campaign.congress.stage_names import LABELS, Stage, said

# A veto is how such a bill ended, and says more than that its Congress is over.
_OUTLIVES = frozenset({Stage.vetoed, Stage.reserved, Stage.unknown})
_FIRST_PASSAGES = frozenset({Stage.passed_house, Stage.passed_senate})
_VETO_STANDS = frozenset({"override_failed", "pocket"})

_DIFFERENT_FORMS = (
    "Passed both chambers, in different forms",
    "Aprobado por ambas cámaras, con textos distintos",
)


class ActionLike(Protocol):
    """One line of a bill's history, whatever holds it."""

    @property
    def acted(self) -> date: ...
    @property
    def text(self) -> str: ...
    @property
    def codes(self) -> AbstractSet[str]: ...
    @property
    def systems(self) -> AbstractSet[str]: ...


@dataclass(frozen=True)
class StageReading:
    """How far a bill has come.

    ``since`` is the day of the action that reached the stage (None where no action tells it).
    ``reached`` is the furthest milestone itself: the same as ``stage``, except for a bill that died.
    ``failed_on`` is the day of its last failed vote. ``days`` lists every milestone with its day.

    Flags that describe the place the bill is in now: ``ordered_reported``, ``on_calendar``,
    ``discharged``, ``at_desk``; and, once it has passed one chamber, ``referred_onward`` and
    ``reported_onward`` in the other. Flags that stay: ``amended`` (the second chamber changed it),
    ``differences`` (the chambers' texts still differ), ``conference``, ``failed_once``,
    ``cloture_failed``, ``discharge_petition``, ``vetoed``, ``pocket``, ``override_house``,
    ``override_senate``, ``override_failed``, ``constitutional``, ``no_actions``.
    """

    stage: Stage
    since: date | None
    flags: frozenset[str] = frozenset()
    reached: Stage = Stage.unknown
    failed_on: date | None = None
    days: tuple[tuple[Stage, date], ...] = ()

    @property
    def final(self) -> bool:
        """Whether nothing more can happen: a veto ends a bill once an override failed, or in the pocket."""
        return self.stage.final or (self.stage is Stage.vetoed and bool(self.flags & _VETO_STANDS))

    def label(self, lang: str) -> str:
        """The stage's label, said more closely where the chambers' texts differ or a veto fell."""
        if self.stage is Stage.passed_both and "differences" in self.flags:
            return said(_DIFFERENT_FORMS, lang)
        return self.stage.label(lang)


# --- the rules ---


class Signal(Enum):
    """What one action line says about the course of a measure."""

    introduced = "introduced"
    referred = "referred"
    ordered_reported = "ordered_reported"
    reported = "reported"
    discharged = "discharged"
    discharge_petition = "discharge_petition"
    on_calendar = "on_calendar"
    at_desk = "at_desk"
    passed_house = "passed_house"
    passed_senate = "passed_senate"
    failed_house = "failed_house"
    failed_senate = "failed_senate"
    tabled = "tabled"
    cloture_failed = "cloture_failed"
    settled = "settled"
    still_differs = "still_differs"
    conference = "conference"
    conference_agreed_house = "conference_agreed_house"
    conference_agreed_senate = "conference_agreed_senate"
    presented = "presented"
    law = "law"
    vetoed = "vetoed"
    pocket = "pocket"
    override_house = "override_house"
    override_senate = "override_senate"
    override_failed = "override_failed"


@dataclass(frozen=True)
class Rule:
    """An action gives ``signal`` when it carries one of ``codes`` (any action where none are named),
    its text matches ``says`` and does not match ``unless``."""

    signal: Signal
    codes: frozenset[str]
    says: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def holds(self, text: str, codes: AbstractSet[str]) -> bool:
        if self.codes and self.codes.isdisjoint(codes):
            return False
        if self.says is not None and self.says.search(text) is None:
            return False
        return self.unless is None or self.unless.search(text) is None


def _rule(signal: Signal, codes: str = "", says: str = "", unless: str = "") -> Rule:
    return Rule(
        signal,
        frozenset(codes.split()),
        re.compile(says, re.IGNORECASE) if says else None,
        re.compile(unless, re.IGNORECASE) if unless else None,
    )


_OVER_VETO = "objections of the President|over veto"
_OTHER_QUESTION = f"{_OVER_VETO}|Senate amendment|House amendment|conference report|Failed"
_EXCHANGE = (
    r"^(?:Resolving differences -- (?:House|Senate) actions: )?"
    r"(?:On motion (?:that )?the House (?:suspend the rules and )?(?:agree|concur)\b|"
    r"House (?:agreed|concurred)\b|Senate (?:agreed|concurred|receded)\b)"
    r".*\b(?:Senate|House) amendments?\b"
)
_FURTHER_AMENDMENT = r"with (?:an )?amendments?\b"

# Every rule is tried on every action; one action may say several things.
RULES = (
    _rule(Signal.introduced, "1000 10000 Intro-H Intro-S 1025 10025"),
    _rule(Signal.introduced, says=r"^(?:Introduced|Submitted) in (?:the )?(?:House|Senate)\b"),
    _rule(Signal.referred, "H11100", unless="^Submitted in House"),
    _rule(Signal.referred, says=r"^(?:Re-?)?referred to |^(?:Read|Received)\b.*\breferred to "),
    _rule(Signal.ordered_reported, says="Ordered to be reported"),
    _rule(Signal.reported, "5000 14000 H12200"),
    _rule(Signal.reported, "1010 H12100", says="reported an original measure"),
    _rule(
        Signal.reported,
        says=r"\. (?:Original measure )?Reported (?:to Senate )?by Senator|"
        r"^Reported (?:\(Amended\) )?by the Committee",
    ),
    _rule(Signal.discharged, "5500 H12300 14500", unless="motion to discharge"),
    _rule(Signal.discharged, says=r"^Senate Committee on .+ discharged(?: by|, by)\b"),
    _rule(Signal.discharge_petition, "H17000"),
    _rule(Signal.on_calendar, "H12410 H12420"),
    _rule(Signal.on_calendar, says=r"(?:^|\. )Placed on .*Calendar", unless="under Read the First Time"),
    _rule(Signal.at_desk, "H15000"),
    _rule(Signal.passed_house, "8000", unless="Failed"),
    _rule(
        Signal.passed_house,
        "H37100 H37300",
        says=r"\b(?:Passed|Agreed to) (?:by|without)\b",
        unless=_OTHER_QUESTION,
    ),
    _rule(Signal.passed_senate, "17000", unless="Failed"),
    _rule(
        Signal.passed_senate,
        says=r"^Passed Senate\b|^Resolution agreed to in Senate\b|"
        r"^(?:Introduced|Received|Submitted) in the Senate\b.*\band (?:passed|agreed to)\b",
        unless=_OVER_VETO,
    ),
    _rule(Signal.failed_house, "9000"),
    _rule(Signal.failed_house, "H37100 H37300", says=r"\bFailed by\b", unless=_OVER_VETO),
    _rule(Signal.failed_senate, "18000"),
    _rule(Signal.failed_senate, says=r"^(?:Failed of passage|Disagreed to) in Senate\b", unless=_OVER_VETO),
    _rule(Signal.tabled, "H36510", says=r"table the (?:measure|resolution)\b.*\bAgreed to\b"),
    _rule(Signal.cloture_failed, says=r"^Cloture\b.*\bnot invoked in Senate\b"),
    _rule(Signal.settled, says=_EXCHANGE, unless=rf"{_FURTHER_AMENDMENT}|\bFailed\b|\bRejected\b"),
    _rule(Signal.still_differs, says=rf"{_EXCHANGE}.*{_FURTHER_AMENDMENT}", unless=r"\bFailed\b|\bRejected\b"),
    _rule(Signal.conference, says=r"\brequests? (?:for )?a conference\b|^Conference (?:held|papers|report)\b"),
    _rule(
        Signal.conference_agreed_house,
        says=r"On (?:agreeing to|motion to suspend the rules and agree to) the conference report Agreed to",
    ),
    _rule(Signal.conference_agreed_senate, says=r"Senate agreed to (?:the )?conference report"),
    _rule(Signal.presented, "28000 E20000", unless="vetoed"),
    _rule(Signal.law, "36000 41000 E40000", unless="vetoed"),
    _rule(Signal.law, "E30000", says="^Signed by"),
    _rule(Signal.vetoed, "31000 E30000", says="vetoed"),
    _rule(Signal.vetoed, says=r"^(?:Pocket )?vetoed by (?:the )?President"),
    _rule(Signal.pocket, says=r"^Pocket vetoed"),
    _rule(Signal.override_house, "32000"),
    _rule(Signal.override_senate, "34000"),
    _rule(Signal.override_failed, "33000 35000"),
)

# The House takes a Senate bill with a substitute and says so only in brackets (S. 1383, S. 1318).
_CHANGED = re.compile(
    r"\bas amended\b|\(Amended\)|\bwith (?:an )?amend|amendment in the nature of a substitute", re.IGNORECASE
)
_SUSPENSION = re.compile("suspend the rules", re.IGNORECASE)


def signals_of(text: str, codes: AbstractSet[str]) -> Iterator[Signal]:
    """What one action line says, by all rules of the table."""
    for rule in RULES:
        if rule.holds(text, codes):
            yield rule.signal


# --- following a measure ---

_CHAMBER_OF = {Signal.passed_house: "house", Signal.passed_senate: "senate"}
_FAILURES = frozenset({Signal.failed_house, Signal.failed_senate})
# Where the measure is now; passing a chamber leaves these behind.
_HERE = frozenset({Signal.ordered_reported, Signal.discharged, Signal.on_calendar, Signal.at_desk})
_LASTING = frozenset(
    {
        Signal.conference,
        Signal.cloture_failed,
        Signal.discharge_petition,
        Signal.pocket,
        Signal.override_house,
        Signal.override_senate,
        Signal.override_failed,
    }
)
_OUT_OF_COMMITTEE = frozenset({Signal.reported, Signal.discharged})


@dataclass
class _Course:
    """What is known after the actions so far."""

    origin: Chamber
    first: dict[Signal, date] = field(default_factory=dict)
    passed: dict[str, date] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    settled: date | None = None
    vetoed: date | None = None
    failed_on: date | None = None
    rejected: date | None = None

    def take(self, signal: Signal, action: ActionLike) -> None:
        self.first.setdefault(signal, action.acted)
        if chamber := _CHAMBER_OF.get(signal):
            self._pass(chamber, action)
        elif signal in _FAILURES:
            self._fail(action)
        elif signal is Signal.tabled:
            self.rejected = action.acted
        elif signal in _HERE or signal in _LASTING:
            self.flags.add(signal.value)
        elif signal is Signal.vetoed:
            self.vetoed = action.acted
            self.flags.add("vetoed")
        elif signal is Signal.settled or signal is Signal.still_differs:
            self._exchange(signal, action.acted)
        if self.passed:
            self._onward(signal)

    def _pass(self, chamber: str, action: ActionLike) -> None:
        if chamber not in self.passed:
            self.passed[chamber] = action.acted
            self.flags -= {signal.value for signal in _HERE} | {"referred_onward", "reported_onward"}
        if chamber != self.origin and _CHANGED.search(action.text):
            self.flags |= {"amended", "differences"}

    def _fail(self, action: ActionLike) -> None:
        self.failed_on = action.acted
        self.flags.add("failed_once")
        # Two thirds were asked for; a simple majority may still take it up.
        if _SUSPENSION.search(action.text) is None:
            self.rejected = action.acted

    def _exchange(self, signal: Signal, day: date) -> None:
        if signal is Signal.settled:
            self.flags.discard("differences")
            self.settled = day
        else:
            self.flags |= {"amended", "differences"}

    def _onward(self, signal: Signal) -> None:
        if signal is Signal.referred:
            self.flags.add("referred_onward")
        elif signal in _OUT_OF_COMMITTEE:
            self.flags.add("reported_onward")

    def conference_settled(self) -> date | None:
        agreed = [
            self.first.get(signal)
            for signal in (Signal.conference_agreed_house, Signal.conference_agreed_senate)
        ]
        days = [day for day in agreed if day is not None]
        return max(days) if len(days) == len(agreed) else None


def _follow(bill: BillId, actions: Iterable[ActionLike]) -> _Course:
    course = _Course(bill.chamber)
    for action in actions:
        for signal in signals_of(action.text, action.codes):
            course.take(signal, action)
    if day := course.conference_settled():
        course.flags.discard("differences")
        course.settled = day
    return course


SIMPLE = frozenset({"hres", "sres"})
CONCURRENT = frozenset({"hconres", "sconres"})
JOINT = frozenset({"hjres", "sjres"})
_AMENDS_CONSTITUTION = re.compile(r"proposing an amendment to the constitution", re.IGNORECASE)
_RESERVED = re.compile(r"^reserved for the (?:speaker|majority|minority)", re.IGNORECASE)


def amends_constitution(bill: BillId, title: str) -> bool:
    """Whether a joint resolution goes to the states and never to the President (Article V)."""
    return bill.type in JOINT and _AMENDS_CONSTITUTION.search(title) is not None


def stage_of(
    bill: BillId,
    actions: Sequence[ActionLike],
    *,
    law: str | None,
    title: str,
    today: datetime | None,
) -> StageReading:
    """The furthest milestone ``actions`` (oldest first) tell of, computed from all of them.

    ``law`` is the law number of the source's ``laws`` element; ``title`` any titles of the bill, joined.
    With an aware ``today`` a measure of an ended Congress that is not final has ``died``; with None the
    calendar is left out.
    """
    course = _follow(bill, actions)
    if amends_constitution(bill, title):
        course.flags.add("constitutional")
    if not actions and not law:
        return _without_actions(bill, title, today)
    days = _milestones(bill, course, law)
    stage, since = max(days, key=lambda each: each[0].order)
    reading = StageReading(
        stage,
        since,
        frozenset(course.flags),
        stage,
        course.failed_on,
        tuple((milestone, day) for milestone, day in days if day is not None),
    )
    return reading if today is None else at(bill, reading, today)


def _without_actions(bill: BillId, title: str, today: datetime | None) -> StageReading:
    flags = frozenset({"no_actions"})
    if _RESERVED.search(title):
        return StageReading(Stage.reserved, None, flags, Stage.reserved)
    if today is not None and today >= congress_end(bill.congress):
        return StageReading(Stage.unknown, None, flags, Stage.unknown)
    return StageReading(Stage.introduced, None, flags, Stage.introduced)


def _milestones(bill: BillId, course: _Course, law: str | None) -> list[tuple[Stage, date | None]]:
    """Every milestone reached, with its day, in no particular order; never empty."""
    first = course.first
    # Any line at all means that the measure was introduced, even where the line of that day is missing.
    found: list[tuple[Stage, date | None]] = [(Stage.introduced, first.get(Signal.introduced))]
    if referred := first.get(Signal.referred):
        found.append((Stage.in_committee, referred))
    if out := _earliest(first, _OUT_OF_COMMITTEE):
        found.append((Stage.reported, out))
    found.extend(_passages(bill, course))
    if bill.type not in SIMPLE and bill.type not in CONCURRENT and "constitutional" not in course.flags:
        found.extend(_presidential(course, law))
    return found


def _earliest(first: dict[Signal, date], signals: Iterable[Signal]) -> date | None:
    days = [first[signal] for signal in signals if signal in first]
    return min(days, default=None)


def _passages(bill: BillId, course: _Course) -> Iterator[tuple[Stage, date]]:
    passed = course.passed
    if bill.type in SIMPLE:
        if day := passed.get(bill.chamber):
            yield Stage.agreed_to, day
        elif course.rejected:
            yield Stage.failed, course.rejected
        return
    for chamber, stage in (("house", Stage.passed_house), ("senate", Stage.passed_senate)):
        if chamber in passed:
            yield stage, passed[chamber]
    if len(passed) == 2:
        both = max(passed.values())
        same = "differences" not in course.flags
        agreed = max(both, course.settled or both) if same else both
        yield Stage.passed_both, agreed
        if same and bill.type in CONCURRENT:
            yield Stage.agreed_to, agreed
        elif same and "constitutional" in course.flags:
            yield Stage.to_states, agreed


def _presidential(course: _Course, law: str | None) -> Iterator[tuple[Stage, date | None]]:
    first = course.first
    if presented := first.get(Signal.presented):
        yield Stage.to_president, presented
    if course.vetoed:
        yield Stage.vetoed, course.vetoed
    overridden = {Signal.override_house, Signal.override_senate} <= first.keys()
    if law or Signal.law in first:
        yield Stage.law, first.get(Signal.law)
    elif overridden:
        yield Stage.law, max(first[Signal.override_house], first[Signal.override_senate])


def at(bill: BillId, reading: StageReading, today: datetime) -> StageReading:
    """The reading as it stands at an aware moment: what is not final dies with its Congress.

    A presented bill, and one both chambers passed in one form, may become law until some days into
    January (Constitution, Article I, section 7); they stay open until 20 January.
    """
    end = congress_end(bill.congress)
    if reading.final or reading.stage in _OUTLIVES or today < end:
        return reading
    waits = reading.stage is Stage.to_president or (
        reading.stage is Stage.passed_both and "differences" not in reading.flags
    )
    if waits and today < datetime.combine(date(end.year, 1, 20), time(12), WASHINGTON):
        return reading
    ended = end.date()
    return replace(reading, stage=Stage.died, since=ended, days=(*reading.days, (Stage.died, ended)))


# --- the stage line of a page ---


@dataclass(frozen=True)
class Step:
    """One step on the way of a measure of this type. ``state`` is ``done``, ``now`` (done, and the
    furthest), ``skipped`` (passed by without it) or ``ahead`` (``closed`` once nothing can follow)."""

    stage: Stage
    state: str
    day: date | None
    en: str
    es: str

    @property
    def done(self) -> bool:
        return self.state in ("done", "now")

    def label(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def stage_line(bill: BillId, reading: StageReading) -> list[Step]:
    """The steps a measure of this type takes, and which of them it has taken."""
    days = dict(reading.days)
    path = _path(bill, reading)
    reached = max((i for i, stage in enumerate(path) if stage in days or stage is reading.reached), default=-1)
    ahead = "closed" if reading.final else "ahead"
    steps = []
    for i, stage in enumerate(path):
        done = stage in days or stage is reading.reached
        state = ("now" if i == reached else "done") if done else ("skipped" if i < reached else ahead)
        en, es = _step_words(bill, stage)
        steps.append(Step(stage, state, days.get(stage), en, es))
    return steps


def _path(bill: BillId, reading: StageReading) -> list[Stage]:
    path = [Stage.introduced, Stage.in_committee, Stage.reported]
    if bill.type in SIMPLE:
        return [*path, Stage.failed if reading.reached is Stage.failed else Stage.agreed_to]
    first = Stage.passed_house if bill.chamber == "house" else Stage.passed_senate
    # The other chamber's vote may be known while the line of the first one is missing.
    path.append(reading.reached if reading.reached in _FIRST_PASSAGES else first)
    if bill.type in CONCURRENT:
        both = [Stage.passed_both] if "differences" in reading.flags else []
        return [*path, *both, Stage.agreed_to]
    path.append(Stage.passed_both)
    if "constitutional" in reading.flags:
        return [*path, Stage.to_states]
    path.append(Stage.to_president)
    return [*path, Stage.vetoed] if reading.reached is Stage.vetoed else [*path, Stage.law]


def _step_words(bill: BillId, stage: Stage) -> tuple[str, str]:
    # The second passage is the other chamber's, and is said so.
    if stage is Stage.passed_both:
        return LABELS[Stage.passed_senate if bill.chamber == "house" else Stage.passed_house]
    return LABELS[stage]
