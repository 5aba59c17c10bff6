"""The time zone of a place in the United States: by state, and by coordinates where a state has two zones.

Zone names are those of the tz database, the ones its ``zone.tab`` lists for each territory's country code.
"""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

# 15 U.S.C. 261 ff. and 49 C.F.R. 71: the zone of most of a state's area and people.
_STATES_OF: Final = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
    "America/St_Thomas": "VI",
    "Pacific/Guam": "GU",
    "Pacific/Saipan": "MP",
    "Pacific/Pago_Pago": "AS",
}
# State or territory, by its postal code, to its main zone.
STATE_ZONES: Final[dict[str, ZoneInfo]] = {
    state: ZoneInfo(zone) for zone, states in _STATES_OF.items() for state in states.split()
}


@dataclass(frozen=True)
class Box:
    """A part of a state in another zone: all between these degrees north and east, upper bounds excluded."""

    zone: ZoneInfo
    west: float = -180.0
    east: float = 0.0
    south: float = -90.0
    north: float = 90.0

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.west <= longitude < self.east and self.south <= latitude < self.north


_ADAK, _BOISE, _MENOMINEE = (ZoneInfo(f"America/{city}") for city in ("Adak", "Boise", "Menominee"))
_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = (
    ZoneInfo(f"America/{city}") for city in ("New_York", "Chicago", "Denver", "Los_Angeles")
)
# Along the boundary, checked against the towns that have an office (tests/outreach/test_offices.py).
BOXES: Final[dict[str, tuple[Box, ...]]] = {
    "AK": (Box(_ADAK, east=-169.5),),
    "FL": (Box(_CENTRAL, east=-85.1),),
    "ID": (Box(_PACIFIC, south=45.5),),
    "IN": (
        Box(_CENTRAL, east=-86.5, south=40.9),
        Box(_CENTRAL, east=-87.3, north=38.5),
        Box(_CENTRAL, east=-86.5, north=38.2),
    ),
    "KS": (Box(_MOUNTAIN, east=-101.4),),
    "KY": (Box(_CENTRAL, east=-86.2), Box(_CENTRAL, east=-85.0, north=37.25)),
    "MI": (Box(_MENOMINEE, east=-87.55, north=46.3), Box(_MENOMINEE, east=-89.4, north=46.7)),
    "ND": (Box(_MOUNTAIN, east=-101.5, north=47.2),),
    "NE": (Box(_MOUNTAIN, east=-101.0),),
    "OR": (Box(_BOISE, west=-117.5, north=44.45),),
    "SD": (Box(_MOUNTAIN, east=-100.6),),
    "TN": (Box(_EASTERN, west=-84.97), Box(_EASTERN, west=-85.6, north=35.4)),
    "TX": (Box(_MOUNTAIN, east=-104.9),),
}


def zone_at(state: str, place: tuple[float, float] | None = None) -> ZoneInfo:
    """The zone at a place (degrees north, east) of a state; without a place the state's main zone.

    A state that is none of ours is given Washington's zone.
    """
    if place is not None:
        for box in BOXES.get(state, ()):
            if box.holds(*place):
                return box.zone
    return STATE_ZONES.get(state, _EASTERN)
