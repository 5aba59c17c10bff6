"""Notes about a member, and the log of contacts with the member's office: one table, told apart by their kind.

Nothing written is lost: what an edit or a deletion replaces stays in the history, and can be put back.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.congress import members
from campaign.congress.bills import WASHINGTON, BillId
from campaign.organizing import whip
from campaign.organizing.models import WhipNote, WhipNoteChange
from campaign.organizing.written_days import day_of
from campaign.refusals import Refused

NOTE: Final = "note"
KINDS: Final = (NOTE, "meeting", "call", "email", "event")
FIELDS: Final = ("kind", "bill", "day", "people", "text")
LONGEST: Final = {"people": 120, "text": 4000}


# --- reading ---


def notes(session: Session, campaign: str, bioguide: str) -> list[WhipNote]:
    """A campaign's notes and contacts about a member, the deleted ones too, by their day and time, newest
    first."""
    found = session.exec(select(WhipNote).where(WhipNote.campaign == campaign, WhipNote.bioguide == bioguide))
    return sorted(found, key=lambda note: (_day(note), note.at, note.id or 0), reverse=True)


def _day(note: WhipNote) -> date:
    return note.day or note.at.astimezone(WASHINGTON).date()


def history(session: Session, bioguide: str) -> dict[int, list[WhipNoteChange]]:
    """What was changed in each of a member's notes, newest first."""
    query = select(WhipNoteChange).join(WhipNote, col(WhipNote.id) == col(WhipNoteChange.note))
    found: dict[int, list[WhipNoteChange]] = defaultdict(list)
    for change in session.exec(
        query.where(WhipNote.bioguide == bioguide).order_by(col(WhipNoteChange.seq).desc())
    ):
        found[change.note].append(change)
    return dict(found)


def find(session: Session, campaign: str, bioguide: str, id: int) -> WhipNote:
    """A campaign's note about a member. Raises Refused (404)."""
    note = session.get(WhipNote, id, with_for_update=True)
    if note is None or (note.campaign, note.bioguide) != (campaign, bioguide):
        raise Refused("There is no such note.", "No existe esa nota.", status=404)
    return note


def contacts_since(session: Session, campaign: str, day: date) -> Counter[str]:
    """How many contacts a campaign had since a day, by kind."""
    query = select(WhipNote.kind, sa.func.count()).where(
        WhipNote.campaign == campaign,
        WhipNote.kind != NOTE,
        col(WhipNote.day) >= day,
        col(WhipNote.deleted_at).is_(None),
    )
    return Counter(dict(session.exec(query.group_by(WhipNote.kind)).all()))


def notes_after(session: Session, campaign: str, id: int, *, limit: int) -> list[WhipNote]:
    """A campaign's notes about all members in the order of their writing, without the deleted ones."""
    query = select(WhipNote).where(WhipNote.campaign == campaign)
    query = query.where(col(WhipNote.id) > id, col(WhipNote.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(WhipNote.id)).limit(limit)))


# --- writing ---


def add(
    session: Session, campaign: str, bioguide: str, given: Mapping[str, str], *, by: str, now: datetime
) -> WhipNote:
    """Add a note or a contact; ``given`` holds ``FIELDS`` as text, of which only ``text`` is needed.

    A contact without a day is of today. Raises Refused for what cannot be meant, and for an unknown member.
    """
    values = _clean(given, now)
    if not members.is_known(session, bioguide):
        raise Refused("There is no such member.", "No existe ese miembro.", status=404)
    note = WhipNote(campaign=campaign, bioguide=bioguide, by=by, at=now, **values)
    session.add(note)
    session.flush()
    return note


def plan(
    session: Session, note: WhipNote, step: Mapping[str, str], *, version: int, by: str, now: datetime
) -> None:
    """Make what was agreed the next step of the board's entry; ``step`` holds ``next_step`` and ``next_on``.

    Raises Refused where the note is about no bill, and (409) where somebody else set another step since
    ``version``.
    """
    if not note.bill:
        raise Refused(
            "Say which bill the next step is for. Nothing was kept yet.",
            "Diga para qué proyecto es el próximo paso. Todavía no se guardó nada.",
        )
    found = whip.save(session, note.bill, note.bioguide, step, version=version, by=by, now=now)
    if found.clashes:
        theirs, bill = found.clashes[0].theirs, BillId.of(note.bill).short
        raise Refused(
            f"Somebody set the next step for {bill} meanwhile: “{theirs}”. Nothing was kept yet; send "
            "yours again to put it in its place.",
            f"Alguien fijó mientras tanto el próximo paso para {bill}: «{theirs}». Todavía no se guardó nada; "
            "envíe de nuevo el suyo para reemplazarlo.",
            status=409,
        )


def edit(
    session: Session, note: WhipNote, given: Mapping[str, str], *, version: int, by: str, now: datetime
) -> None:
    """Change a note. Raises Refused as ``add``, and (409) where it is not ``version`` any more."""
    _check_version(note, version)
    values = {**_clean(given, now), "deleted_at": None}
    if values != {**_values(note), "deleted_at": note.deleted_at}:
        _write(session, note, values, "edited", by=by, now=now)


def delete(session: Session, note: WhipNote, *, version: int, by: str, now: datetime) -> None:
    """Take a note off the member's page; it stays in the history. Raises Refused (409) as ``edit``."""
    _check_version(note, version)
    if note.deleted_at is None:
        _write(session, note, {"deleted_at": now}, "deleted", by=by, now=now)


def undo(session: Session, note: WhipNote, *, version: int, by: str, now: datetime) -> None:
    """Put back what the newest change of a note replaced, as a change of its own. Raises Refused (409) as
    ``edit``, and (404) where nothing was changed."""
    _check_version(note, version)
    query = select(WhipNoteChange).where(WhipNoteChange.note == note.id)
    last = session.exec(query.order_by(col(WhipNoteChange.seq).desc())).first()
    if last is None:
        raise Refused("There is nothing to undo.", "No hay nada que deshacer.", status=404)
    back = {**last.before, "day": date.fromisoformat(last.before["day"]) if last.before["day"] else None}
    _write(session, note, {**back, "deleted_at": None}, "restored", by=by, now=now)


def _write(
    session: Session, note: WhipNote, values: Mapping[str, Any], act: str, *, by: str, now: datetime
) -> None:
    before = {**_values(note), "day": note.day.isoformat() if note.day else ""}
    session.add(WhipNoteChange(note=note.id or 0, act=act, before=before, by=by, at=now))
    note.version += 1
    for name, value in values.items():
        setattr(note, name, value)
    session.add(note)
    session.flush()


def _values(note: WhipNote) -> dict[str, Any]:
    return {name: getattr(note, name) for name in FIELDS}


def _check_version(note: WhipNote, version: int) -> None:
    if note.version != version:
        raise Refused(
            "Somebody changed this note meanwhile. Nothing was written; theirs is in the history, and sending "
            "yours again puts it in its place.",
            "Alguien cambió esta nota mientras tanto. No se escribió nada; la suya está en el historial, y si "
            "envía de nuevo la de usted, la reemplaza.",
            status=409,
        )


def _clean(given: Mapping[str, str], now: datetime) -> dict[str, Any]:
    kind, people = given.get("kind") or NOTE, " ".join(given.get("people", "").split())
    if kind not in KINDS:
        raise Refused(f"A contact is one of {', '.join(KINDS)}.", f"Un contacto es uno de {', '.join(KINDS)}.")
    if len(people) > LONGEST["people"]:
        raise Refused(
            f"Whom you talked to has at most {LONGEST['people']} characters; the rest goes into the text.",
            f"Con quién habló tiene como máximo {LONGEST['people']} caracteres; lo demás va en el texto.",
        )
    return {
        "kind": kind,
        "bill": given.get("bill", ""),
        "day": _clean_day(kind, given.get("day", ""), now.astimezone(WASHINGTON).date()),
        "people": people,
        "text": _clean_text(given.get("text", "")),
    }


def _clean_text(text: str) -> str:
    # Browsers send the line breaks of a form as CR LF.
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST["text"]:
        raise Refused(
            f"A note has between 1 and {LONGEST['text']} characters.",
            f"Una nota tiene entre 1 y {LONGEST['text']} caracteres.",
        )
    return text


def _clean_day(kind: str, text: str, today: date) -> date | None:
    if kind == NOTE:
        return None
    day = day_of(text.strip()) or today
    if day > today:
        raise Refused(
            "This day has not come yet. Write what is planned as the next step.",
            "Ese día aún no llega. Escriba lo previsto como próximo paso.",
        )
    return day
