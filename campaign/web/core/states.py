"""Which states have drawn new districts for the next Congress."""

from dataclasses import dataclass
from datetime import date, datetime

from campaign.congress.bills import congress_start

# The maps drawn in 2025 and 2026 were first voted on for this Congress, and count from its first noon.
NEXT_MAPS = 120
# Where this is from: a public record of map changes kept by volunteers, each entry dated.
RECORD = "https://github.com/yapms/yapms/pull/"
REDRAWN_AS_OF = date(2026, 6, 30)


@dataclass(frozen=True)
class Redrawn:
    """A state whose districts change with the next Congress: how its map came to be, and who says so."""

    state: str
    en: str
    es: str
    source: str = ""

    def story(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


REDRAWN = (
    Redrawn(
        "AL",
        "New map of 2026, before the courts to the end: ask your county which one counts.",
        "Mapa nuevo de 2026, en los tribunales hasta el final: pregunte en su condado cuál vale.",
        f"{RECORD}2285",
    ),
    Redrawn(
        "CA",
        "Voters approved the new map (Proposition 50) in November 2025.",
        "Los votantes aprobaron el mapa nuevo (Proposición 50) en noviembre de 2025.",
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
        "New map, taken up in June 2026.",
        "Mapa nuevo, en uso desde junio de 2026.",
        f"{RECORD}2285",
    ),
    Redrawn(
        "MO",
        "New map; the state’s supreme court dismissed the challenges by June 2026.",
        "Mapa nuevo; el tribunal supremo del estado había rechazado las demandas en junio de 2026.",
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
        "New map of August 2025; a court stopped it, and the Supreme Court let it stand in November.",
        "Mapa nuevo de agosto de 2025; un tribunal lo detuvo y la Corte Suprema lo dejó en pie en noviembre.",
        f"{RECORD}1850",
    ),
    Redrawn(
        "UT",
        "New map, ordered by a judge in November 2025.",
        "Mapa nuevo, ordenado por el juzgado en noviembre de 2025.",
        f"{RECORD}1817",
    ),
)


def redrawn(state: str, *, now: datetime) -> Redrawn | None:
    """What is known of a state's next map; None where it keeps its districts, and once that map counts."""
    if now >= congress_start(NEXT_MAPS):
        return None
    return next((redrawn for redrawn in REDRAWN if redrawn.state == state), None)
