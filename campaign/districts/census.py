"""Two sources of the Census Bureau: its ZIP code table and its geocoder.

ZIP table: https://www2.census.gov/geo/docs/maps-data/data/rel2020/cd-sld/tab20_cd11920_zcta520_natl.txt
Geocoder: https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from campaign import db
from campaign.congress.bills import WASHINGTON, ordinal
from campaign.congress.models import SourceState
from campaign.districts import maps
from campaign.districts.models import ZipSeat
from campaign.fetch import Fetcher, json_of
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings

# https://www.census.gov/library/reference/code-lists/ansi.html
FIPS = (
    "AL01 AK02 AZ04 AR05 CA06 CO08 CT09 DE10 DC11 FL12 GA13 HI15 ID16 IL17 IN18 IA19 KS20 KY21 LA22 "
    "ME23 MD24 MA25 MI26 MN27 MS28 MO29 MT30 NE31 NV32 NH33 NJ34 NM35 NY36 NC37 ND38 OH39 OK40 OR41 "
    "PA42 RI44 SC45 SD46 TN47 TX48 UT49 VT50 VA51 WA53 WV54 WI55 WY56 AS60 GU66 MP69 PR72 VI78"
)
STATES = {code[2:]: code[:2] for code in FIPS.split()}
AT_LARGE = {"00", "98"}
# The geocoder's vintage with the districts of a Congress. "Current" changes to the next Congress four months
# before it begins, so the vintage is pinned; the Congress in the answer's layer is checked all the same.
VINTAGES = {119: "ACS2025_Current", 120: "ACS2026_Current"}
BENCHMARK = "Public_AR_Current"
LAYER = re.compile(r"(\d+)(?:st|nd|rd|th) Congressional Districts")
# A part smaller than this share of the ZIP code's land comes from two maps that do not quite match.
SLIVER = 0.001

Bilingual = tuple[str, str]


def seat_of(geoid: str) -> str | None:
    """``4820`` to ``TX-20``; at-large (00) and delegates (98) to ``-0``; None for water (ZZ)."""
    state, district = STATES.get(geoid[:2]), geoid[2:]
    if state is None or len(geoid) != 4 or not district.isdecimal():
        return None
    return f"{state}-{0 if district in AT_LARGE else int(district)}"


# --- ZIP table -------------------------------------------------------------------------------------


class ZipRow(NamedTuple):
    """A ZIP code and a seat's district, with ``share`` of its people or land (None: not known)."""

    zip: str
    seat: str
    share: float | None


def import_zips(
    engine: Engine,
    source: bytes,
    congress: int,
    *,
    now: datetime,
    name: str = "",
    lacking: Callable[[list[ZipRow]], list[ZipRow]] | None = None,
    whole: bool = False,
) -> int:
    """Replace the ZIP table of one Congress's map for the states in a file; returns the number of rows.

    ``source`` is the Census relationship file or a CSV table with the columns ``state_abbr``, ``zcta`` and
    ``cd``. ``lacking`` gives rows to add to those of the file. Raises Refused for any other file, for one of
    another Congress, and with ``whole`` for one that lacks a district of a state in it.
    """
    rows = read_zips(source, congress)
    if not rows:
        raise Refused(
            "The file has no ZIP codes with districts in it.",
            "El archivo no contiene códigos postales con distritos.",
        )
    if whole:
        maps.require_whole((row.seat for row in rows), congress)
    rows += lacking(rows) if lacking else []
    with db.writing(engine) as session:
        replace_zips(session, rows, congress)
        set_zips_state(session, congress, now, name or "import")
    return len(rows)


def replace_zips(session: Session, rows: Iterable[ZipRow], congress: int) -> None:
    """Replace one Congress's rows of the states in ``rows``; those of other states stay."""
    new = [{"congress": congress, **row._asdict()} for row in rows]
    of_states = sa.func.substr(col(ZipSeat.seat), 1, 2).in_({row["seat"][:2] for row in new})
    session.execute(sa.delete(ZipSeat).where(col(ZipSeat.congress) == congress, of_states))
    db.insert(session, ZipSeat, new)


def set_zips_state(session: Session, congress: int, now: datetime, source: str) -> None:
    today = now.astimezone(WASHINGTON).date()
    session.merge(SourceState(name=f"zips-{congress}", as_of=today, checked_at=now, source=source))


def read_zips(source: bytes, congress: int) -> list[ZipRow]:
    """The sorted rows of either file, each pair of ZIP code and seat once. Raises Refused (``import_zips``)."""
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_a_zip_table() from None
    head = text.partition("\n")[0]
    if "|" in head:
        rows = _relationship(csv.DictReader(io.StringIO(text), delimiter="|"), congress)
    else:
        rows = _plain(csv.DictReader(io.StringIO(text)))
    return sorted({(row.zip, row.seat): row for row in rows}.values())


def _relationship(table: "csv.DictReader[str]", congress: int) -> Iterator[ZipRow]:
    columns = table.fieldnames or []
    if f"GEOID_CD{congress}_20" not in columns or "AREALAND_PART" not in columns:
        raise Refused(
            f"This is not the Census relationship file of the {ordinal(congress)} Congress.",
            f"Este no es el archivo del Censo para el Congreso n.º {congress}.",
        )
    land: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in table:
        seat = seat_of(row[f"GEOID_CD{congress}_20"] or "")
        if seat and (zip := row["GEOID_ZCTA5_20"]):
            land[zip][seat] += int(row["AREALAND_PART"] or 0)
    for zip, parts in land.items():
        yield from _without_slivers(zip, parts)


def _without_slivers(zip: str, parts: Mapping[str, int]) -> Iterator[ZipRow]:
    whole = sum(parts.values())
    for seat, area in parts.items():
        if not whole:
            yield ZipRow(zip, seat, None)
        elif area / whole >= SLIVER:
            yield ZipRow(zip, seat, round(area / whole, 4))


def _plain(table: "csv.DictReader[str]") -> Iterator[ZipRow]:
    if not {"state_abbr", "zcta", "cd"} <= set(table.fieldnames or []):
        raise _not_a_zip_table()
    for row in table:
        if row["state_abbr"] in STATES.values() and row["cd"].isdecimal() and len(row["zcta"]) == 5:
            district = 0 if row["cd"] == "98" else int(row["cd"])
            yield ZipRow(row["zcta"], f"{row['state_abbr']}-{district}", None)


def _not_a_zip_table() -> Refused:
    return Refused(
        "This is not a ZIP table: expected the Census relationship file, or state_abbr, zcta and cd columns.",
        "Esta no es una tabla de códigos postales: se esperaba el archivo del Censo, o las columnas "
        "state_abbr, zcta y cd.",
    )


# --- geocoder --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """A place that the geocoder found, with its seats; address and ZIP code are empty for a point."""

    seats: tuple[str, ...]
    address: str = ""
    zip: str = ""


@dataclass(frozen=True)
class Answer:
    """The places with seats in the geocoder's answer, or the reason (English, Spanish) why there are none."""

    matches: tuple[Match, ...] = ()
    reason: Bilingual = ("", "")

    @property
    def seats(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(seat for match in self.matches for seat in match.seats))


SWITCHED_OFF: Bilingual = (
    "Address search is off on this site. Use your ZIP code, or choose your state and district.",
    "La búsqueda por dirección está desactivada en este sitio. Use su código postal o elija su estado y "
    "distrito.",
)
NO_ANSWER: Bilingual = (
    "The Census address service is not answering. Use your ZIP code, or try again later.",
    "El servicio de direcciones del Censo no responde. Use su código postal o inténtelo más tarde.",
)
NO_MATCH: Bilingual = (
    "The Census address service could not find this address. Check the spelling. P.O. boxes, rural routes "
    "and new streets are often missing. Or choose your state and district.",
    "El servicio de direcciones del Censo no encontró esta dirección. Revise cómo está escrita. Los apartados "
    "postales, las rutas rurales y las calles nuevas suelen faltar. O elija su estado y distrito.",
)
NO_DISTRICT: Bilingual = (
    "There is no U.S. congressional district there.",
    "Ahí no hay ningún distrito del Congreso de los Estados Unidos.",
)


def ask_address(fetcher: Fetcher, settings: Settings, address: str, congress: int) -> Answer:
    """The seats of a one-line address in the districts of a Congress; no seats where the geocoder fails."""
    return _ask(fetcher, settings, "onelineaddress", {"address": address}, congress)


def ask_point(fetcher: Fetcher, settings: Settings, latitude: float, longitude: float, congress: int) -> Answer:
    """The seats at a point in decimal degrees, in the same way."""
    return _ask(fetcher, settings, "coordinates", {"x": f"{longitude}", "y": f"{latitude}"}, congress)


def _ask(fetcher: Fetcher, settings: Settings, method: str, place: dict[str, str], congress: int) -> Answer:
    """The answer; for a state of which the Bureau has a void map of a Congress, its answer by the map kept."""
    answer = _ask_once(fetcher, settings, method, place, congress)
    kept = map_used(congress, answer.seats)
    return answer if kept == congress else _ask_once(fetcher, settings, method, place, kept)


def map_used(congress: int, seats: Iterable[str]) -> int:
    """The Congress whose map the geocoder is asked for at these seats (``maps.VOID_AT_CENSUS``)."""
    return min((maps.VOID_AT_CENSUS.get((congress, seat[:2]), congress) for seat in seats), default=congress)


def _ask_once(
    fetcher: Fetcher, settings: Settings, method: str, place: dict[str, str], congress: int
) -> Answer:
    if not settings.geocoder_url:
        return Answer(reason=SWITCHED_OFF)
    params = {
        **place,
        "benchmark": BENCHMARK,
        "vintage": VINTAGES.get(congress, "Current_Current"),
        "layers": "all",
        "format": "json",
    }
    try:
        reply = fetcher.read(f"{settings.geocoder_url}/geographies/{method}", json_of, params=params)
    except SourceError:
        return Answer(reason=NO_ANSWER)
    return _read_answer(reply, congress)


def _read_answer(reply: Any, congress: int) -> Answer:
    result = _dict(_dict(reply).get("result"))
    if not result.keys() & {"addressMatches", "geographies"}:
        return Answer(reason=NO_ANSWER)
    places = [_dict(place) for place in _list(result.get("addressMatches", [result]))]
    matches = tuple(match for place in places if (match := _match(place, congress)).seats)
    if matches:
        return Answer(matches)
    layers = [name for place in places for name in _dict(place.get("geographies"))]
    numbers = {int(found[1]) for name in layers if (found := LAYER.fullmatch(name))}
    if numbers - {congress}:
        return Answer(reason=_other_congress(max(numbers), congress))
    return Answer(reason=NO_DISTRICT if any(place.get("geographies") for place in places) else NO_MATCH)


def _match(place: dict[str, Any], congress: int) -> Match:
    seats = _seats(list(_dict(place.get("geographies")).items()), congress)
    zip_code = _dict(place.get("addressComponents")).get("zip")
    return Match(seats, str(place.get("matchedAddress") or "")[:120], str(zip_code or "")[:5])


def _seats(layers: Sequence[tuple[str, Any]], congress: int) -> tuple[str, ...]:
    """The seats in the layer of this Congress only, each once, in the order given."""
    found: dict[str, None] = {}
    for name, rows in layers:
        number = LAYER.fullmatch(name)
        if number and int(number[1]) == congress:
            for row in _list(rows):
                if seat := seat_of(str(_dict(row).get("GEOID", ""))):
                    found[seat] = None
    return tuple(found)


def _other_congress(answered: int, congress: int) -> Bilingual:
    return (
        f"The Census address service uses the districts of the {ordinal(answered)} Congress, not those of "
        f"this Congress, the {ordinal(congress)}. Use your ZIP code, or choose your state and district.",
        f"El servicio de direcciones del Censo usa los distritos del {ordinal(answered, 'es')} Congreso, no "
        "los "
        f"de este Congreso, el {ordinal(congress, 'es')}. Use su código postal o elija su estado y distrito.",
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
