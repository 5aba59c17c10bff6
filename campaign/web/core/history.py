"""What happened to a bill, in words, from the changes of the ledger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from campaign.congress.bills import WASHINGTON
from campaign.congress.endings import CALENDAR
from campaign.congress.members import Person
from campaign.congress.models import Change
from campaign.congress.stage_names import Stage
from campaign.web.core.languages import _, current, ngettext


@dataclass(frozen=True)
class Event:
    """What happened on one day, as one line. ``dated`` is false where the day is the one it was seen on."""

    day: date
    bill: str
    kind: str
    text: str
    dated: bool
    seq: int


def events(changes: Iterable[Change], people: Mapping[str, Person], *, actions: bool = True) -> list[Event]:
    """Changes as lines, newest day first; what several members did on one day is one line."""
    told = [
        change
        for change in changes
        if change.kind in WORDS and (actions or not change.kind.startswith("action"))
    ]
    # The name and sponsor of a bill at first sight are no event.
    told = [change for change in told if not (change.baseline and change.kind in ("title", "sponsor"))]
    if actions:
        # A step is told by the line of history that made it; saying both would say it twice. No line tells
        # of the end that the calendar makes.
        told = [change for change in told if change.kind != "stage" or change.source == CALENDAR]
    ordered = sorted(
        told, key=lambda change: (_day(change), change.bill, change.kind, change.seq or 0), reverse=True
    )
    grouped = groupby(
        ordered,
        key=lambda change: (_day(change), change.bill, change.kind, "" if change.bioguide else change.seq),
    )
    return [_event([*group][::-1], people) for _, group in grouped]


def _day(change: Change) -> date:
    return change.happened or change.seen_at.astimezone(WASHINGTON).date()


def _event(group: Sequence[Change], people: Mapping[str, Person]) -> Event:
    first = group[0]
    text = WORDS[first.kind](group, people)
    return Event(_day(first), first.bill, first.kind, text, first.happened is not None, group[-1].seq or 0)


def named(changes: Sequence[Change], people: Mapping[str, Person]) -> str:
    """The members of some changes, as a list in words."""
    names = []
    for change in changes:
        person = people.get(change.bioguide or "")
        names.append(f"{person.name} ({_mark(person)})" if person else change.bioguide or "")
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def _mark(person: Person) -> str:
    return "-".join(part for part in (person.party, person.state) if part)


def _joined(group: Sequence[Change], people: Mapping[str, Person]) -> str:
    return ngettext(
        "%(who)s signed on as co-sponsor",
        "%(who)s signed on as co-sponsors",
        len(group),
        who=named(group, people),
    )


def _left(group: Sequence[Change], people: Mapping[str, Person]) -> str:
    return ngettext(
        "%(who)s withdrew as co-sponsor",
        "%(who)s withdrew as co-sponsors",
        len(group),
        who=named(group, people),
    )


def _returned(group: Sequence[Change], people: Mapping[str, Person]) -> str:
    return _("Congress corrected its record: %(who)s did not withdraw", who=named(group, people))


def _stage(group: Sequence[Change], _people: Mapping[str, Person]) -> str:
    reached = str(group[0].detail.get("to", "unknown"))
    return Stage(reached).label(current()) if reached in set(Stage) else reached


def _action(group: Sequence[Change], _people: Mapping[str, Person]) -> str:
    return str(group[0].detail.get("text", ""))


def _action_gone(group: Sequence[Change], _people: Mapping[str, Person]) -> str:
    return _("Congress removed this line: %(line)s", line=group[0].detail.get("text", ""))


def _title(group: Sequence[Change], _people: Mapping[str, Person]) -> str:
    return _("The bill’s title is “%(title)s”", title=group[0].detail.get("to", ""))


def _sponsor(group: Sequence[Change], people: Mapping[str, Person]) -> str:
    return _("Sponsor: %(who)s", who=named(group, people))


WORDS: dict[str, Callable[[Sequence[Change], Mapping[str, Person]], str]] = {
    "cosponsored": _joined,
    "withdrew": _left,
    "withdrawal_retracted": _returned,
    "stage": _stage,
    "action": _action,
    "action_retracted": _action_gone,
    "title": _title,
    "sponsor": _sponsor,
}
