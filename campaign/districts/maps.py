"""When the districts of the House were redrawn, and how many each state has: a seat is the same seat only on
the same map."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from campaign.congress.bills import WASHINGTON, congress_end, congress_on, congress_start
from campaign.congress.state_names import state_name
from campaign.refusals import Refused

# The maps drawn in 2025 and 2026 were first voted on for this Congress, and count from its first noon.
NEXT_MAPS = 120
# Where the stories below are from: a public record of map changes kept by volunteers, each entry dated.
RECORD = "https://github.com/yapms/yapms/pull/"
REDRAWN_AS_OF = date(2026, 9, 25)
# Representatives of each state by the census of 2020 (2 U.S.C. 2a): the 118th to the 122nd Congress.
APPORTIONMENT = (
    "AL7 AK1 AZ9 AR4 CA52 CO8 CT5 DE1 FL28 GA14 HI2 ID2 IL17 IN9 IA4 KS4 KY6 LA6 ME2 MD8 MA9 MI13 MN8 MS4 "
    "MO8 MT2 NE3 NV4 NH2 NJ12 NM3 NY26 NC14 ND1 OH15 OK5 OR6 PA17 RI2 SC7 SD1 TN9 TX38 UT4 VT1 VA11 WA10 "
    "WV2 WI8 WY1"
)
APPORTIONED = range(118, 123)
DISTRICTS: Final = {entry[:2]: int(entry[2:]) for entry in APPORTIONMENT.split()}
# A delegate or the resident commissioner each.
TERRITORIES = ("AS", "DC", "GU", "MP", "PR", "VI")


@dataclass(frozen=True)
class Redrawn:
    """A state whose districts change with the next Congress: how its map came to be, and who says so."""

    state: str
    en: str
    es: str
    source: str = ""

    def story(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


# Missouri is not among them: its supreme court set its map of 2025 aside on 3 September 2026, and the Supreme
# Court let that stand on 25 September (26A388). The Census Bureau's files of the 120th still carry that map.
REDRAWN = (
    Redrawn(
        "AL",
        "New map in 2026, in court to the end. Ask your county election office which one applies.",
        "Mapa nuevo en 2026, en los tribunales hasta el final. Pregunte en la oficina electoral de su condado "
        "cuál rige.",
        f"{RECORD}2285",
    ),
    Redrawn(
        "CA",
        "Approved in a statewide vote (Proposition 50) in November 2025.",
        "Aprobado en votación estatal (Proposición 50) en noviembre de 2025.",
        f"{RECORD}1797",
    ),
    Redrawn(
        "FL",
        "The legislature passed a new map by May 1, 2026.",
        "La legislatura aprobó un mapa nuevo a más tardar el 1 de mayo de 2026.",
        f"{RECORD}2202",
    ),
    Redrawn(
        "LA",
        "New map, on public record since June 2026.",
        "Mapa nuevo, en registros públicos desde junio de 2026.",
        f"{RECORD}2285",
    ),
    Redrawn(
        "NC",
        "New map, adopted on October 22, 2025.",
        "Mapa nuevo, aprobado el 22 de octubre de 2025.",
        f"{RECORD}1757",
    ),
    Redrawn(
        "OH",
        "New map, adopted on October 31, 2025.",
        "Mapa nuevo, aprobado el 31 de octubre de 2025.",
        f"{RECORD}1782",
    ),
    Redrawn("TN", "New map, adopted on May 7, 2026.", "Mapa nuevo, aprobado el 7 de mayo de 2026."),
    Redrawn(
        "TX",
        "New map in August 2025. A court stopped it. The U.S. Supreme Court let Texas use it on December 4, "
        "2025.",
        "Mapa nuevo de agosto de 2025. Un tribunal lo detuvo. La Corte Suprema de EE. UU. permitió usarlo "
        "el 4 de "
        "diciembre de 2025.",
        f"{RECORD}1850",
    ),
    Redrawn(
        "UT",
        "New map, ordered by a judge in November 2025.",
        "Mapa nuevo, ordenado por un tribunal en noviembre de 2025.",
        f"{RECORD}1817",
    ),
)
VOID_AT_CENSUS: Final = {(120, "MO"): 119}


class MapChange(NamedTuple):
    """The first day of new districts. ``states`` is None where all states redrew theirs."""

    day: date
    states: frozenset[str] | None
    source: str


MAP_CHANGES: Final = (
    MapChange(date(2023, 1, 3), None, "reapportionment after the census of 2020 (2 U.S.C. 2a)"),
    MapChange(
        date(2025, 1, 3),
        frozenset({"AL", "GA", "LA", "NC", "NY"}),
        "Census, block equivalency files of the 119th Congress, corrected for these states",
    ),
    MapChange(
        date(2027, 1, 3),
        frozenset(redrawn.state for redrawn in REDRAWN),
        "state laws and court orders of 2025 and 2026",
    ),
)


def same_map(state: str, then: date, now: date) -> bool:
    """Whether a state has the same House districts on two days, in either order.

    Days before 2023 are known to be on another map than days after, not to be on one map among themselves.
    """
    first, last = sorted((then, now))
    changes = (change for change in MAP_CHANGES if first < change.day <= last)
    return not any(change.states is None or state in change.states for change in changes)


def same_district(seat: str, then: date, now: date) -> bool:
    """Whether a House seat (``TX-20``) is the same district on two days; a whole state (``AK-0``) stays one."""
    state, _, district = seat.partition("-")
    return district == "0" or same_map(state, then, now)


def redrawings(congress: int) -> list[tuple[datetime, frozenset[str]]]:
    """Each noon up to the start of a Congress from which some states had new districts, with these states, the
    oldest first."""
    several = frozenset(state for state, count in DISTRICTS.items() if count > 1)
    return [
        (datetime.combine(change.day, time(12), WASHINGTON).astimezone(UTC), change.states or several)
        for change in MAP_CHANGES
        if change.day <= _first_day(congress)
    ]


def applies(state: str, congress: int, later: int) -> bool:
    """Whether a state's map of one Congress is still its map in a later one."""
    whole = state in TERRITORIES or DISTRICTS.get(state) == 1
    return whole or same_map(state, _first_day(congress), _first_day(later))


def _first_day(congress: int) -> date:
    return congress_start(congress).date()


def void_states(congress: int) -> set[str]:
    """The states of which the Census Bureau's files of a Congress hold a void map."""
    return {state for number, state in VOID_AT_CENSUS if number == congress}


def redrawn(state: str, *, now: datetime) -> Redrawn | None:
    """What is known of a state's next map; None where it keeps its districts, and once that map counts."""
    if now >= congress_start(NEXT_MAPS):
        return None
    return next((redrawn for redrawn in REDRAWN if redrawn.state == state), None)


def coming_congress(now: datetime) -> int:
    """The Congress whose maps are to be at hand: the next one from 1 December before it begins."""
    sitting = congress_on(now)
    end = congress_end(sitting)
    return sitting + 1 if now >= end.replace(year=end.year - 1, month=12, day=1, hour=0) else sitting


# --- is a file whole? ------------------------------------------------------------------------------


def require_whole(seats: Iterable[str], congress: int, *, states: Iterable[str] = ()) -> None:
    """Raises Refused where a state of the seats, or one of ``states``, lacks a district or has one too many.

    Congresses under another apportionment than that of 2020 are not checked.
    """
    if congress not in APPORTIONED:
        return
    found: dict[str, set[int]] = defaultdict(set)
    for seat in seats:
        state, _, district = seat.partition("-")
        found[state].add(int(district))
    for state in sorted({*found, *states}):
        _require_districts(state, found[state])


def districts_of(state: str) -> set[int]:
    """The numbers of a state's districts: 0 alone for a whole state or territory."""
    count = DISTRICTS.get(state, 1)
    return {0} if count == 1 else set(range(1, count + 1))


def _require_districts(state: str, found: set[int]) -> None:
    wanted = districts_of(state)
    missing = ", ".join(f"{state}-{number}" for number in sorted(wanted - found))
    unknown = ", ".join(f"{state}-{number}" for number in sorted(found - wanted))
    if missing:
        raise Refused(
            f"The file is not whole: {missing} ({state_name(state, 'en')}) is missing.",
            f"El archivo no está completo: falta {missing} ({state_name(state, 'es')}).",
        )
    if unknown:
        raise Refused(
            f"The file names a district that {state_name(state, 'en')} does not have: {unknown}.",
            f"El archivo nombra un distrito que {state_name(state, 'es')} no tiene: {unknown}.",
        )
