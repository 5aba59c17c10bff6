"""Seats as people write them, matched to the table of seats: the one reader of ``TX-20`` for every room."""

import re

from sqlmodel import Session

from campaign.congress import members
from campaign.congress.models import Seat
from campaign.congress.state_names import state_name
from campaign.refusals import Refused

SEAT = re.compile(r"([A-Z]{2})(?:-([0-9]{1,3}|AL))?", re.ASCII)
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
# At-large seats are also written WY-1, WY-01 and WY-AL; Census writes the delegates' as DC-98.
AT_LARGE = ("AL", "1", "01", "001", "00", "98")


def read_seat(session: Session, text: str) -> Seat:
    """The seat of a text such as ``TX-20``, ``tx-020``, ``WY-AL``, ``DC-98`` or ``TX`` (the senators').

    Raises Refused (404) for a seat that is not in the table; it says which seats the state has.
    """
    typed = text.strip().upper().translate(DASHES)
    found = SEAT.fullmatch(typed)
    if found is None:
        raise _no_seat(session, text, "")
    state, district = found.groups()
    wanted = f"{state}-{_number(session, state, district)}" if district else state
    if known := members.seat(session, wanted):
        return known
    raise _no_seat(session, text, state)


def house_seats(session: Session, state: str) -> list[Seat]:
    """The House seats of a state or territory by number."""
    return members.seats(session, "house", state)


def _number(session: Session, state: str, district: str) -> str:
    if district.isdecimal() and members.seat(session, f"{state}-{int(district)}"):
        return str(int(district))
    return "0" if district in AT_LARGE else district


def _no_seat(session: Session, text: str, state: str) -> Refused:
    shown = text.strip()[:20]
    own = [seat.district or 0 for seat in house_seats(session, state)]
    if not own:
        return Refused(
            f"There is no district “{shown}”. Find your members by ZIP code, address or state.",
            f"No existe el distrito «{shown}». Busque a sus legisladores por código postal, dirección o "
            "estado.",
            status=404,
        )
    en, es = state_name(state, "en"), state_name(state, "es")
    if len(own) == 1:
        return Refused(
            f"There is no district {shown}. {en} has one district, {state}-0.",
            f"No existe el distrito {shown}. {es} tiene un solo distrito, {state}-0.",
            status=404,
        )
    return Refused(
        f"There is no district {shown}. {en} has districts {min(own)} to {max(own)}.",
        f"No existe el distrito {shown}. {es} tiene los distritos {min(own)} a {max(own)}.",
        status=404,
    )
