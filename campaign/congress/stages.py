"""The stage of a bill: how far it has come, computed from all its actions every time. No I/O.

``stage_rules`` says what a single action means; this module follows a measure through its actions
(``_Course``), lists the milestones it reached and names the furthest one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Protocol

from campaign.congress.bills import WASHINGTON, BillId, Chamber, congress_end
from campaign.congress.referrals import OpenReferral
from campaign.congress.stage_names import Stage, in_language
from campaign.congress.stage_rules import Signal, signals_of

SIMPLE = frozenset({"hres", "sres"})
CONCURRENT = frozenset({"hconres", "sconres"})
JOINT = frozenset({"hjres", "sjres"})

# A veto says more about how a bill ended than that its Congress is over.
_OUTLIVES = frozenset({Stage.vetoed, Stage.reserved, Stage.unknown})
_VETO_STANDS = frozenset({"override_failed", "pocket"})
_DIFFERENT_FORMS = (
    "Passed both chambers, in different forms",
    "Aprobado por ambas cámaras, con textos distintos",
)
# A bill that several committees have is before the floor when the last of them has let go (House Rule XII,
# clause 2, and Rule XIII, clause 1).
PARTLY_REPORTED = "partly_reported"
_PARTLY_REPORTED = ("In committee; one committee has cleared it", "En comité; un comité ya lo aprobó")


class ActionLike(Protocol):
    """One action of a bill's history: a stored row, or a value of a test. It may have ``committees``, a set of
    codes."""

    @property
    def acted(self) -> date: ...
    @property
    def text(self) -> str: ...
    @property
    def codes(self) -> AbstractSet[str]: ...


@dataclass(frozen=True)
class StageReading:
    """How far a bill has come.

    ``since`` is the day of the action that reached the stage (None where no action tells it).
    ``reached`` is the furthest milestone: the same as ``stage``, except for a bill that died.
    ``failed_on`` is the day of its last failed vote. ``days`` lists every dated milestone.

    Flags for where the bill is now: ``partly_reported`` (a committee has let go, another still has it),
    ``ordered_reported``, ``on_calendar``, ``discharged``, ``at_desk``;
    after its first passage, ``referred_onward`` and ``reported_onward`` in the other chamber. Lasting
    flags: ``amended`` (the second chamber changed it), ``differences`` (the chambers' texts still differ),
    ``conference``, ``failed_once``, ``cloture_failed``, ``discharge_petition``, ``vetoed``, ``pocket``,
    ``override_house``, ``override_senate``, ``override_failed``, ``constitutional``, ``no_actions``.
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
        """The stage's name, qualified where the chambers passed different texts."""
        if self.stage is Stage.passed_both and "differences" in self.flags:
            return in_language(_DIFFERENT_FORMS, lang)
        if self.stage is Stage.in_committee and PARTLY_REPORTED in self.flags:
            return in_language(_PARTLY_REPORTED, lang)
        return self.stage.label(lang)


def stage_of(
    bill: BillId,
    actions: Sequence[ActionLike],
    *,
    law: str | None,
    title: str,
    today: datetime | None,
) -> StageReading:
    """The furthest milestone in ``actions`` (oldest first), computed from all of them.

    ``law`` is the law number of the source's ``laws`` element; ``title`` any titles of the bill, joined.
    With an aware ``today`` a measure of an ended Congress that is not final has ``died``; with None the
    calendar is left out.
    """
    if not actions and not law:
        return _without_actions(bill, title, today)
    course = _follow(bill, actions)
    if amends_constitution(bill, title):
        course.flags.add("constitutional")
    milestones = _milestones(bill, course, law)
    stage, since = max(milestones, key=lambda milestone: milestone[0].order)
    dated = tuple((milestone, day) for milestone, day in milestones if day is not None)
    reading = StageReading(stage, since, frozenset(course.flags), stage, course.failed_on, dated)
    return reading if today is None else apply_calendar(bill, reading, today)


def apply_calendar(bill: BillId, reading: StageReading, today: datetime) -> StageReading:
    """The reading at an aware moment ``today``: a bill that is not final dies with its Congress.

    A presented bill, and one that both chambers passed in one form, may become law until some days into
    January (Constitution, Article I, section 7); they stay open until noon of 20 January.
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


_AMENDS_CONSTITUTION = re.compile(r"proposing an amendment to the constitution", re.IGNORECASE)


def amends_constitution(bill: BillId, title: str) -> bool:
    """Whether a joint resolution goes to the states and never to the President (Article V)."""
    return bill.type in JOINT and _AMENDS_CONSTITUTION.search(title) is not None


_RESERVED = re.compile(r"^reserved for the (?:speaker|majority|minority)", re.IGNORECASE)


def _without_actions(bill: BillId, title: str, today: datetime | None) -> StageReading:
    flags = frozenset({"no_actions"})
    if _RESERVED.search(title):
        return StageReading(Stage.reserved, None, flags, Stage.reserved)
    if today is not None and today >= congress_end(bill.congress):
        return StageReading(Stage.unknown, None, flags, Stage.unknown)
    return StageReading(Stage.introduced, None, flags, Stage.introduced)


# --- following a measure through its actions ---

_CHAMBER_OF = {Signal.passed_house: "house", Signal.passed_senate: "senate"}
_FAILURES = frozenset({Signal.failed_house, Signal.failed_senate})
# Where the measure is now; passing a chamber clears these.
_HERE = frozenset({Signal.ordered_reported, Signal.discharged, Signal.on_calendar, Signal.at_desk})
_UNTIL_PASSED = frozenset({*_HERE, PARTLY_REPORTED})
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
# The House takes a Senate bill with a substitute and notes it only in brackets (S. 1383, S. 1318).
_CHANGED = re.compile(
    r"\bas amended\b|\(Amended\)|\bwith (?:an )?amend|amendment in the nature of a substitute", re.IGNORECASE
)
_SUSPENSION = re.compile("suspend the rules", re.IGNORECASE)


@dataclass
class _Course:
    """What is known of a measure after the actions so far."""

    origin: Chamber
    first: dict[Signal, date] = field(default_factory=dict)
    passed: dict[str, date] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    settled: date | None = None
    vetoed: date | None = None
    failed_on: date | None = None
    rejected: date | None = None
    # The committees that have it now, and the day on which the last of them let go.
    referral: OpenReferral = field(default_factory=OpenReferral)
    cleared: date | None = None

    def apply(self, signal: Signal, action: ActionLike) -> None:
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
        self._follow_referral(signal, action)
        if self.passed:
            self._onward(signal)

    def _follow_referral(self, signal: Signal, action: ActionLike) -> None:
        committees: AbstractSet[str] = getattr(action, "committees", frozenset())
        if signal is Signal.referred:
            self.referral.refer(action.text, committees, action.acted)
        elif signal in _OUT_OF_COMMITTEE:
            self.referral.release(action.text, committees, action.acted)
        elif signal is Signal.on_calendar:
            # A calendar takes no bill that a committee still has.
            self.referral.release_all()
        if not self.passed:
            self._note_clearance(signal, action.acted)

    def _note_clearance(self, signal: Signal, day: date) -> None:
        if self.referral.is_open:
            self.cleared = None
        elif signal in _OUT_OF_COMMITTEE or PARTLY_REPORTED in self.flags:
            self.cleared = self.cleared or day
        self.flags.discard(PARTLY_REPORTED)
        if self.referral.is_open and self.referral.released:
            self.flags.add(PARTLY_REPORTED)

    def _pass(self, chamber: str, action: ActionLike) -> None:
        if chamber not in self.passed:
            self.passed[chamber] = action.acted
            self.flags -= {*_UNTIL_PASSED, "referred_onward", "reported_onward"}
            self.referral = OpenReferral()
        if chamber != self.origin and _CHANGED.search(action.text):
            self.flags |= {"amended", "differences"}

    def _fail(self, action: ActionLike) -> None:
        self.failed_on = action.acted
        self.flags.add("failed_once")
        # Under suspension two thirds are needed; a simple majority may still take the measure up.
        if _SUSPENSION.search(action.text) is None:
            self.rejected = action.acted

    def _exchange(self, signal: Signal, day: date) -> None:
        """An amendment between the chambers: agreed to as it is, or amended once more."""
        if signal is Signal.settled:
            self.flags.discard("differences")
            self.settled = day
        else:
            self.flags |= {"amended", "differences"}

    def _onward(self, signal: Signal) -> None:
        if signal is Signal.referred:
            self.flags.add("referred_onward")
        elif signal in _OUT_OF_COMMITTEE and not self.referral.is_open:
            self.flags.add("reported_onward")

    def conference_settled(self) -> date | None:
        """The day on which the second chamber agreed to the conference report."""
        days = [
            self.first.get(signal)
            for signal in (Signal.conference_agreed_house, Signal.conference_agreed_senate)
        ]
        agreed = [day for day in days if day is not None]
        return max(agreed) if len(agreed) == len(days) else None


def _follow(bill: BillId, actions: Iterable[ActionLike]) -> _Course:
    course = _Course(bill.chamber)
    for action in actions:
        for signal in signals_of(action.text, action.codes):
            course.apply(signal, action)
    if day := course.conference_settled():
        course.flags.discard("differences")
        course.settled = day
    return course


# --- the milestones reached ---


def _milestones(bill: BillId, course: _Course, law: str | None) -> list[tuple[Stage, date | None]]:
    """Every milestone reached, with its day, in no particular order; never empty."""
    first = course.first
    # Any action means that the measure was introduced, even where the action of that day is missing.
    found: list[tuple[Stage, date | None]] = [(Stage.introduced, first.get(Signal.introduced))]
    if referred := first.get(Signal.referred):
        found.append((Stage.in_committee, referred))
    if course.cleared:
        found.append((Stage.reported, course.cleared))
    found.extend(_passages(bill, course))
    if bill.type not in SIMPLE | CONCURRENT and "constitutional" not in course.flags:
        found.extend(_presidential(course, law))
    return found


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
