"""The ZIP table of each state's newest map, in memory once somebody has asked for it: most pages do not."""

import threading
from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from campaign.districts.answers import Share, shares_of
from campaign.districts.models import ZipCode, ZipSeat
from campaign.districts.vintages import Vintages

Seats = list[tuple[str, float | None]]


class ZipTable:
    """The table of one version of the stored maps."""

    def __init__(self, vintages: Vintages) -> None:
        self._vintages = vintages
        self._seats: dict[str, Seats] | None = None
        # The states of ZIP codes over a state line.
        self._states: dict[str, str] = {}
        self._reading = threading.Lock()

    def shares(self, session: Session, zip_code: str) -> tuple[Share, ...]:
        """The seats of a ZIP code in the order in which they are named; none for one that the table lacks."""
        rows = self._read(session).get(zip_code)
        return shares_of(rows, self._states.get(zip_code, "")) if rows else ()

    def _read(self, session: Session) -> dict[str, Seats]:
        if self._seats is None:
            # Reading takes a tenth of a second: whoever comes meanwhile waits for it, and does not read, too.
            with self._reading:
                if self._seats is None:
                    found = _seats(session, self._vintages)
                    over_a_line = [zip_code for zip_code, seats in found.items() if _over_a_line(seats)]
                    self._states = _states_of(session, over_a_line)
                    self._seats = found
        return self._seats


def _seats(session: Session, vintages: Vintages) -> dict[str, Seats]:
    used = col(ZipSeat.congress).in_(set(vintages.by_state.values()))
    rows = session.exec(select(ZipSeat.congress, ZipSeat.zip, ZipSeat.seat, ZipSeat.share).where(used))
    found: dict[str, Seats] = defaultdict(list)
    for congress, zip_code, seat, share in rows:
        if vintages.uses(congress, seat):
            found[zip_code].append((seat, share))
    return dict(found)


def _over_a_line(seats: Seats) -> bool:
    first = seats[0][0][:2]
    return any(seat[:2] != first for seat, _ in seats[1:])


def _states_of(session: Session, zips: Sequence[str]) -> dict[str, str]:
    """The states of ZIP codes over a state line. A state that none of a ZIP code's seats is in says nothing."""
    rows = select(ZipCode.zip, ZipCode.state).where(col(ZipCode.zip).in_(zips))
    return dict(session.exec(rows).all())
