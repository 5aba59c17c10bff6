"""The maps of a Congress from the Census Bureau: block files, and boundaries from its map service.

Block files are hundreds of megabytes: they are streamed into a folder and resumed after a break. The largest,
the ZIP codes of the blocks of 2020, does not change and stays there. Addresses lie below two settings
(CAMPAIGN_CENSUS_URL, CAMPAIGN_TIGERWEB_URL).
"""

import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import Engine

from campaign.congress.bills import congress_start
from campaign.districts import boundaries, maps
from campaign.districts.block_files import Progress
from campaign.districts.block_zips import BlockSource, import_blocks
from campaign.fetch import Fetcher
from campaign.refusals import Refused, SourceError
from campaign.settings import Settings

ZCTAS = "geo/docs/maps-data/data/rel2020/zcta520/tab20_zcta520_tabblock20_natl.txt"
LARGEST = 4 * 2**30
# Degrees, about 50 m: finer than the tolerance of a lookup, and a file of some megabytes.
OFFSET = "0.0005"


@dataclass(frozen=True)
class Wanted:
    """What to fetch: ``keep`` and ``as_published`` as in ``BlockSource``."""

    congress: int
    folder: Path
    population: Path | None = None
    keep: Mapping[str, int] = field(default_factory=dict)
    as_published: Collection[str] = ()


@dataclass
class Fetched:
    """What was taken, and the reason for each part that was refused: ``zips`` or ``boundaries``."""

    zips: dict[str, object] = field(default_factory=dict)
    boundaries: int = 0
    refused: dict[str, Refused | SourceError] = field(default_factory=dict)


def fetch_maps(
    engine: Engine, fetcher: Fetcher, settings: Settings, wanted: Wanted, *, now: datetime, progress: Progress
) -> Fetched:
    """Download, check and store the ZIP table and the boundaries of a Congress, each for itself: where one is
    refused its old data stay and the other is still taken."""
    wanted.folder.mkdir(parents=True, exist_ok=True)
    done = Fetched()

    def zips() -> None:
        done.zips = _fetch_zips(engine, fetcher, settings, wanted, now, progress)

    def shapes() -> None:
        done.boundaries = _fetch_boundaries(engine, fetcher, settings, wanted, now, progress)

    parts: dict[str, Callable[[], None]] = {"zips": zips, "boundaries": shapes}
    for name, take in parts.items():
        try:
            take()
        except (Refused, SourceError) as refused:
            done.refused[name] = refused
    return done


def _fetch_zips(
    engine: Engine, fetcher: Fetcher, settings: Settings, wanted: Wanted, now: datetime, progress: Progress
) -> dict[str, object]:
    number = wanted.congress
    url = f"{settings.census_url}/{_befs(number)}"
    districts = _download(fetcher, url, wanted.folder / f"cd{number}.zip", progress)
    zctas = _download(fetcher, f"{settings.census_url}/{ZCTAS}", wanted.folder / Path(ZCTAS).name, progress)
    source = BlockSource(districts, zctas, wanted.population, wanted.keep, wanted.as_published)
    try:
        return import_blocks(engine, source, number, now=now, progress=progress).counts()
    except Refused as refused:
        if refused.en.startswith(zctas.name):
            zctas.unlink()
        raise
    finally:
        districts.unlink()


def _befs(congress: int) -> str:
    """The address of a Congress's block equivalency file below the Bureau's."""
    year = congress_start(congress).year
    folder = f"programs-surveys/decennial/rdo/mapping-files/{year}/{congress}-congressional-district-befs"
    return f"{folder}/cd{congress}.zip"


def _download(fetcher: Fetcher, url: str, path: Path, progress: Progress) -> Path:
    """Fetch a file unless it is there whole; what was read before a break is gone on with.

    Raises Unread for a failure, and Refused for a zip file that is damaged, which is removed.
    """
    if not path.exists():
        progress(f"downloading {path.name}")
        part = path.with_name(f"{path.name}.part")
        part.touch()
        with part.open("r+b") as into:
            fetcher.resume(url, into, limit=LARGEST)
        part.replace(path)
    if path.suffix == ".zip" and not zipfile.is_zipfile(path):
        path.unlink()
        raise Refused(f"{path.name} is a damaged zip file.", f"{path.name} es un zip dañado.")
    return path


def _fetch_boundaries(
    engine: Engine, fetcher: Fetcher, settings: Settings, wanted: Wanted, now: datetime, progress: Progress
) -> int:
    number = wanted.congress
    path = wanted.folder / f"boundaries-{number}.geojson"
    url = f"{settings.tigerweb_url}/Legislative/MapServer/0/query"
    params = {
        "where": "1=1",
        "outFields": f"GEOID,CD{number}",
        "f": "geojson",
        "outSR": "4326",
        "maxAllowableOffset": OFFSET,
    }
    progress(f"asking for the boundaries of Congress {number}")
    with path.open("w+b") as into:
        fetcher.resume(url, into, params=params)
    without = ({*wanted.keep} | maps.void_states(number)) - {*wanted.as_published}
    return boundaries.import_boundaries(
        engine, path, number, now=now, whole=True, states={*maps.DISTRICTS, "DC"}, without=without
    )
