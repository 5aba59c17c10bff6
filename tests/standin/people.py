"""Who sits in the small Congress: public facts about real members, and as many invented ones as needed."""

from dataclasses import dataclass
from typing import Any

PREFIXES = {"rep": "Rep.", "sen": "Sen.", "del": "Del.", "rescom": "Rescom."}
PARTIES = {"D": "Democrat", "R": "Republican", "I": "Independent"}


@dataclass(frozen=True)
class Legislator:
    bioguide: str
    last: str
    first: str
    party: str
    state: str
    district: int | None = None
    office: str = "rep"
    sits: bool = True

    @property
    def full_name(self) -> str:
        place = f"{self.party}-{self.state}"
        if self.district is not None:
            place += f"-{self.district or 'At Large'}"
        return f"{PREFIXES[self.office]} {self.last}, {self.first} [{place}]"

    def row(self) -> dict[str, Any]:
        """The person as a bill's row names them in BILLSTATUS; senators have no district."""
        row = {
            "bioguideId": self.bioguide,
            "fullName": self.full_name,
            "firstName": self.first,
            "lastName": self.last,
            "party": self.party,
            "state": self.state,
        }
        return row if self.district is None else {**row, "district": str(self.district)}

    def record(self) -> dict[str, Any]:
        """The person as congress-legislators lists them."""
        senate = self.office == "sen"
        term: dict[str, Any] = {
            "type": "sen" if senate else "rep",
            "start": "2025-01-03",
            "end": "2031-01-03" if senate else "2027-01-03",
            "state": self.state,
            "party": PARTIES[self.party],
            "phone": "202-224-3121",
            "url": f"https://{self.last.lower().replace(' ', '')}.example.gov",
        }
        term |= {"class": 1, "state_rank": "senior"} if senate else {"district": self.district}
        return {
            "id": {"bioguide": self.bioguide},
            "name": {"first": self.first, "last": self.last, "official_full": f"{self.first} {self.last}"},
            "bio": {"gender": "M", "birthday": "1960-01-01"},
            "terms": [term],
        }


def _people(*rows: tuple[Any, ...]) -> dict[str, Legislator]:
    return {row[0]: Legislator(*row) for row in rows}


PEOPLE = _people(
    ("C001091", "Castro", "Joaquin", "D", "TX", 20),
    ("T000474", "Torres", "Norma J.", "D", "CA", 35),
    ("G000599", "Goldman", "Daniel S.", "D", "NY", 10),
    ("D000216", "DeLauro", "Rosa L.", "D", "CT", 3),
    ("M001223", "Magaziner", "Seth", "D", "RI", 2),
    ("V000081", "Velázquez", "Nydia M.", "D", "NY", 7),
    ("F000476", "Frost", "Maxwell", "D", "FL", 10),
    ("O000173", "Omar", "Ilhan", "D", "MN", 5),
    ("M000312", "McGovern", "James P.", "D", "MA", 2),
    ("W000797", "Wasserman Schultz", "Debbie", "D", "FL", 25),
    ("G000606", "Grijalva", "Adelita S.", "D", "AZ", 7),
    ("C001131", "Casar", "Greg", "D", "TX", 35),
    ("T000481", "Tlaib", "Rashida", "D", "MI", 12),
    ("F000482", "Fedorchak", "Julie", "R", "ND", 0),
    ("G000551", "Grijalva", "Raúl M.", "D", "AZ", 7, "rep", False),
    ("C001078", "Connolly", "Gerald E.", "D", "VA", 11, "rep", False),
    ("N000147", "Norton", "Eleanor Holmes", "D", "DC", 0, "del"),
    ("H001103", "Hernández", "Pablo Jose", "D", "PR", 0, "rescom"),
    ("M001169", "Murphy", "Christopher", "D", "CT", None, "sen"),
    ("B001277", "Blumenthal", "Richard", "D", "CT", None, "sen"),
    ("D000563", "Durbin", "Richard J.", "D", "IL", None, "sen"),
    ("K000384", "Kaine", "Tim", "D", "VA", None, "sen"),
    ("K000394", "Kim", "Andy", "D", "NJ", None, "sen"),
    ("M000133", "Markey", "Edward J.", "D", "MA", None, "sen"),
    ("S000033", "Sanders", "Bernard", "I", "VT", None, "sen"),
    ("S001198", "Sullivan", "Dan", "R", "AK", None, "sen"),
    ("W000790", "Warnock", "Raphael G.", "D", "GA", None, "sen"),
    ("W000817", "Warren", "Elizabeth", "D", "MA", None, "sen"),
)

STATES = ("AL", "CA", "FL", "GA", "IL", "MI", "NC", "NY", "OH", "PA", "TX", "WA")


def anybody(number: int) -> Legislator:
    """An invented representative, always the same for the same number."""
    party = "DR"[number % 2]
    state = STATES[number % len(STATES)]
    return Legislator(f"Z{number:06d}", f"Example{number:03d}", "Alex", party, state, number % 30 + 1)
