"""Commands for places and members: which seats represent an address, and what to say to a member."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.context import CommandContext, command, language, main
from campaign.cli.record import known_bill
from campaign.refusals import Refused

if TYPE_CHECKING:
    from campaign.districts.answers import FindResult


@command(main, "find")
@click.option("--zip", "zip_code", metavar="ZIP")
@click.option("--address", metavar="TEXT", help="Sent to the Census geocoder; neither stored nor logged.")
@click.option(
    "--point",
    metavar="LAT,LON",
    help="Looked up on our own map; near a district line the Census geocoder decides.",
)
def find(context: CommandContext, zip_code: str | None, address: str | None, point: str | None) -> None:
    """Show which seats represent a place."""
    if sum(value is not None for value in (zip_code, address, point)) != 1:
        raise click.UsageError("Name one of --zip, --address, --point.")
    found = _find(context, zip_code, address, point)
    context.output(found.json(), *_found_lines(found))


def _find(
    context: CommandContext, zip_code: str | None, address: str | None, point: str | None
) -> "FindResult":
    from campaign import db
    from campaign.districts import finder
    from campaign.fetch import open_fetcher

    with db.reading(context.engine) as session:
        if zip_code is not None:
            return finder.by_zip(session, zip_code, now=context.now)
        with open_fetcher(context.settings) as fetcher:
            if point is not None:
                return finder.settle_point(fetcher, context.settings, session, point, now=context.now)
            return finder.by_address(fetcher, context.settings, session, str(address), now=context.now)


def _found_lines(found: "FindResult") -> Iterator[str]:
    from campaign.congress.bills import ordinal

    yield f"{found.result} ({ordinal(found.congress)} Congress)"
    for hit in found.seats:
        yield f"  {hit.seat:<6} {'vacant' if hit.vacant else hit.member or 'not known'}"
    for senator in found.senators:
        yield f"  senate {senator}"
    if found.note:
        yield found.note.text(language())


@main.group("districts")
def districts() -> None:
    """Import district maps."""


CONGRESS = click.option(
    "--congress", required=True, type=click.IntRange(1, 200), help="The Congress whose map it is."
)
KEEP = click.option(
    "--keep",
    multiple=True,
    metavar="ST=N",
    help="Go on with the stored table of Congress N in a state, such as MO=119.",
)
AS_PUBLISHED = click.option(
    "--as-published",
    multiple=True,
    metavar="ST",
    help="Take a state's map from the file although courts set it aside.",
)


@command(districts, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@CONGRESS
@AS_PUBLISHED
def import_districts(context: CommandContext, file: Path, congress: int, as_published: tuple[str, ...]) -> None:
    """Import the district boundaries (GeoJSON or TopoJSON) in which points are looked up.

    The file may hold all states or some; each needs all its districts, and states that are not in it stay. A
    state whose map in the Bureau's files was set aside by courts is left out.
    """
    from campaign.districts import maps
    from campaign.districts.boundaries import import_boundaries

    without = maps.void_states(congress) - {state.upper() for state in as_published}
    count = import_boundaries(context.engine, file, congress, now=context.now, whole=True, without=without)
    context.output(
        {"districts": count, "congress": congress, "without": sorted(without)},
        f"{count} districts, Congress {congress}",
        *(f"left out: {state}, which keeps its map" for state in sorted(without)),
    )


@command(districts, "zips")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@CONGRESS
@AS_PUBLISHED
def import_zip_table(context: CommandContext, file: Path, congress: int, as_published: tuple[str, ...]) -> None:
    """Import the Census Bureau's relationship file of a Congress: which districts each ZIP code touches.

    The table of a later Congress is used from the noon that Congress begins. The file may hold all states or
    some; each needs all its districts, and states that are not in it stay. The district in which a ZIP code's
    own point lies is added where the file lacks it and the boundaries of that Congress are imported.
    """
    from campaign.districts import block_zips, zip_check
    from campaign.districts.census import ZipRow, import_zips

    added: list[ZipRow] = []

    def lacking(rows: list[ZipRow]) -> list[ZipRow]:
        taken = [state.upper() for state in as_published]
        block_zips.require_valid_maps(context.engine, rows, congress, but=taken)
        added.extend(zip_check.missing_on_map(context.engine, congress, rows))
        return added

    body = file.read_bytes()
    count = import_zips(
        context.engine, body, congress, now=context.now, name=file.name, lacking=lacking, whole=True
    )
    named = [f"{row.zip} {row.seat}" for row in added]
    context.output(
        {"zips": count, "congress": congress, "added": named},
        f"{count} ZIP codes and districts, Congress {congress}",
        *(f"added by the ZIP code's own point: {row}" for row in named),
    )


@command(districts, "blocks")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@CONGRESS
@click.option("--zcta", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--population", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@KEEP
@AS_PUBLISHED
def import_block_files(
    context: CommandContext,
    file: Path,
    congress: int,
    zcta: Path,
    population: Path | None,
    keep: tuple[str, ...],
    as_published: tuple[str, ...],
) -> None:
    """Build the ZIP table of a Congress from Census block files.

    FILE is the block equivalency file, NationalCD120.txt or the zip that holds it, or a file of one state in
    the same shape. --zcta is tab20_zcta520_tabblock20_natl.txt. --population is a table with the block in a
    column GEOID20, GEOID, GEOCODE, GEO_ID or GEOID_TABBLOCK_20 and its people in POP100, POP20, P0010001,
    P1_001N or POPULATION; without it the shares of a ZIP code are of its land, or of its blocks where the
    files give no land.
    """
    from campaign.districts.block_zips import BlockSource, import_blocks

    source = BlockSource(file, zcta, population, _kept(keep), tuple(state.upper() for state in as_published))
    built = import_blocks(context.engine, source, congress, now=context.now, progress=_progress)
    context.output({"congress": congress, **built.counts()}, *_built_lines(built.counts(), congress))


@command(districts, "fetch")
@CONGRESS
@click.option("--population", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--into",
    default=Path("var/districts"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where downloads stay, so that a broken one is gone on with.",
)
@KEEP
@AS_PUBLISHED
def fetch_districts(
    context: CommandContext,
    congress: int,
    population: Path | None,
    into: Path,
    keep: tuple[str, ...],
    as_published: tuple[str, ...],
) -> None:
    """Download the maps of a Congress from the Census Bureau: block files and boundaries.

    The ZIP table is built and checked as by ``districts blocks``. A part that is refused leaves the old data
    as they are: exit 2 where both were refused, 1 where one was or the Bureau could not be read.
    """
    from campaign.districts.downloads import Wanted, fetch_maps
    from campaign.fetch import open_fetcher

    wanted = Wanted(congress, into, population, _kept(keep), tuple(state.upper() for state in as_published))
    # A download of 1 GB may break and be resumed for an hour.
    with open_fetcher(context.settings, patience=3600.0) as fetcher:
        done = fetch_maps(
            context.engine, fetcher, context.settings, wanted, now=context.now, progress=_progress
        )
    refused = {name: _reason(error) for name, error in done.refused.items()}
    lines = [*(_built_lines(done.zips, congress) if done.zips else ()), f"{done.boundaries} boundaries"]
    answer = {"congress": congress, "zips": done.zips, "boundaries": done.boundaries, "refused": refused}
    context.output(answer, *lines)
    if len(refused) == 2 and all(isinstance(error, Refused) for error in done.refused.values()):
        context.exit_refused(*(f"{name}: {reason}" for name, reason in refused.items()))
    if refused:
        context.exit_partly(*(f"{name}: {reason}" for name, reason in refused.items()))


def _reason(error: Exception) -> str:
    return error.text(language()) if isinstance(error, Refused) else str(error)


def _progress(line: str) -> None:
    click.echo(line, err=True)


def _kept(texts: tuple[str, ...]) -> dict[str, int]:
    from campaign.districts.maps import DISTRICTS, TERRITORIES

    kept = {}
    for text in texts:
        state, _, number = text.upper().partition("=")
        if state not in {*DISTRICTS, *TERRITORIES} or not number.isdecimal() or len(number) > 3:
            raise click.UsageError(f"--keep takes a state and a Congress, such as MO=119, not {text}.")
        kept[state] = int(number)
    return kept


def _built_lines(counts: Mapping[str, Any], congress: int) -> Iterator[str]:
    yield f"{counts['zips']} ZIP codes, {counts['districts']} districts, Congress {congress}"
    yield f"shares are of {counts['shares']}"
    for state, number in counts["kept"].items():
        yield f"{state}: kept from Congress {number}, with the shares of that table"


@command(main, "script")
@click.option("--bill", required=True, metavar="ID")
@click.option("--member", required=True, metavar="BIOGUIDE")
@click.option(
    "--kind", default="call", show_default=True, type=click.Choice(["call", "voicemail", "tally", "letter"])
)
@click.option("--lang", type=click.Choice(["en", "es"]), help="Default: the terminal's.")
def script(context: CommandContext, bill: str, member: str, kind: Any, lang: Any) -> None:
    """Write the script of a call or a letter to a member about a bill."""
    from campaign import db
    from campaign.outreach.wordings import script_for

    with db.reading(context.engine) as session:
        result = script_for(
            session, str(known_bill(context, bill)), member, kind, lang or language(), now=context.now
        )
    answer = {
        "ask": result.ask,
        "text": result.text,
        "salutation": result.salutation,
        "phones": list(result.phones),
        "reason": result.reason,
    }
    context.output(answer, *filter(None, [result.salutation, result.text, *result.phones]))
