"""Changes of several entries of the board at once, and putting back what such a change replaced.

A batch is a run of rows of the history: whoever writes it is the only editor meanwhile, so nobody else's rows
lie between its first and its last one.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign import db
from campaign.congress import members
from campaign.congress.bills import BillId
from campaign.organizing import whip
from campaign.organizing.models import WhipChange
from campaign.refusals import Refused

MOST = 600


@dataclass(frozen=True)
class Batch:
    """Bioguide ids of the members that were changed, names of those left as they are because somebody else
    changed them meanwhile, and the rows of the history between which the changes stand."""

    changed: tuple[str, ...]
    left: tuple[str, ...]
    after: int
    upto: int

    @property
    def rows(self) -> str:
        """As an address holds it; empty where nothing was changed."""
        return f"{self.after}-{self.upto}" if self.upto > self.after else ""


def newest(session: Session) -> int:
    """The last row of the history."""
    return session.exec(select(sa.func.max(WhipChange.seq))).one() or 0


def change_many(
    session: Session,
    bill: str,
    ticked: Mapping[str, int],
    given: Mapping[str, str],
    *,
    add_tags: str,
    by: str,
    now: datetime,
) -> Batch:
    """Set fields of several entries, each named with the version that was shown; tags are added to those there.

    An entry where somebody else set one of the fields since is left whole. Raises Refused as ``whip.save``.
    """
    db.lock(session, "edits")
    values, tags = whip.clean(session, given), whip.clean(session, {"tags": add_tags})["tags"]
    _check(ticked, bool(values or tags))
    names = _names(session, bill, ticked, now)
    start, changed, left = newest(session), [], []
    for bioguide, version in ticked.items():
        merged = whip.merge(session, bill, bioguide, values, version=version)
        changes = (*merged.changes, *_tagged(session, bill, bioguide, tags))
        if merged.clashes:
            left.append(names[bioguide])
        elif changes:
            whip.write(session, bill, bioguide, changes, by=by, now=now)
            changed.append(bioguide)
    return Batch(tuple(changed), tuple(left), start, newest(session))


def _check(ticked: Mapping[str, int], sets_something: bool) -> None:
    if not ticked or len(ticked) > MOST:
        raise Refused(f"Select between 1 and {MOST} members first.", f"Marque antes entre 1 y {MOST} miembros.")
    if not sets_something:
        raise Refused(
            "Say what to change: an owner, a leaning, a next step or a tag. Nothing was changed.",
            "Diga qué cambiar: responsable, postura, próximo paso o etiqueta. No se cambió nada.",
        )


def _names(session: Session, bill: str, ticked: Mapping[str, int], now: datetime) -> dict[str, str]:
    """Names of the ticked members; refused where one does not sit in the bill's chamber."""
    people = members.people(session, list(ticked), now=now)
    for bioguide in ticked:
        if bioguide not in people or people[bioguide].chamber != BillId.of(bill).chamber:
            raise Refused(
                "There is no such bill or member.", "No existe ese proyecto o ese miembro.", status=404
            )
    return {bioguide: person.name for bioguide, person in people.items()}


def _tagged(session: Session, bill: str, bioguide: str, tags: str) -> tuple[tuple[str, str, str], ...]:
    before = whip.values_of(whip.entry_of(session, bill, bioguide))["tags"]
    after = whip.clean(session, {"tags": f"{before} {tags}"})["tags"]
    return () if before == after else (("tags", before, after),)


def undo(session: Session, bill: str, after: int, upto: int, *, by: str, now: datetime) -> Batch:
    """Put back what one's own changes in these rows of the history replaced, as a change of its own.

    An entry of which one of these fields was changed since is left whole.
    """
    db.lock(session, "edits")
    start, done, left = newest(session), _replaced(session, bill, after, upto, by), []
    since = _changed_since(session, bill, list(done), upto)
    for bioguide, fields in list(done.items()):
        if since[bioguide] & fields.keys():
            left.append(bioguide)
            del done[bioguide]
            continue
        back = [(field, last, first) for field, (first, last) in fields.items() if first != last]
        whip.write(session, bill, bioguide, back, by=by, now=now)
    people = members.people(session, left, now=now)
    return Batch(tuple(done), tuple(people[bioguide].name for bioguide in left), start, newest(session))


def _replaced(
    session: Session, bill: str, after: int, upto: int, by: str
) -> dict[str, dict[str, tuple[str, str]]]:
    """By member and field: the value before these rows, and the value after them."""
    query = select(WhipChange).where(
        WhipChange.bill == bill, WhipChange.by == by, col(WhipChange.seq) > after, col(WhipChange.seq) <= upto
    )
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for change in session.exec(query.order_by(col(WhipChange.seq))):
        fields = found[change.bioguide]
        first = fields[change.field][0] if change.field in fields else change.before
        fields[change.field] = (first, change.after)
    return dict(found)


def _changed_since(session: Session, bill: str, bioguides: list[str], upto: int) -> dict[str, set[str]]:
    query = select(WhipChange.bioguide, WhipChange.field).where(
        WhipChange.bill == bill, col(WhipChange.bioguide).in_(bioguides), col(WhipChange.seq) > upto
    )
    found: dict[str, set[str]] = defaultdict(set)
    for bioguide, field in session.exec(query):
        found[bioguide].add(field)
    return found
