"""Commands for places and members: which seats represent an address, and what to say to a member."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.context import CommandContext, command, language, main
from campaign.cli.record import known_bill

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


@command(districts, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="The Congress whose map it is.")
def import_districts(context: CommandContext, file: Path, congress: int) -> None:
    """Import the district boundaries (GeoJSON or TopoJSON) in which points are looked up."""
    from campaign.districts.boundaries import import_boundaries

    count = import_boundaries(context.engine, file, congress, now=context.now)
    context.output({"districts": count, "congress": congress}, f"{count} districts, Congress {congress}")


@command(districts, "zips")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="The Congress whose map it is.")
def import_zip_table(context: CommandContext, file: Path, congress: int) -> None:
    """Import the Census Bureau's relationship file of a Congress: which districts each ZIP code touches.

    The table of a later Congress is used from the day that Congress begins. The district in which a ZIP code's
    own point lies is added where the file lacks it and the boundaries of that Congress are imported.
    """
    from campaign.districts import zip_check
    from campaign.districts.census import ZipRow, import_zips

    added: list[ZipRow] = []

    def lacking(rows: list[ZipRow]) -> list[ZipRow]:
        added.extend(zip_check.missing_on_map(context.engine, congress, rows))
        return added

    body = file.read_bytes()
    count = import_zips(context.engine, body, congress, now=context.now, name=file.name, lacking=lacking)
    named = [f"{row.zip} {row.seat}" for row in added]
    context.output(
        {"zips": count, "congress": congress, "added": named},
        f"{count} ZIP codes and districts, Congress {congress}",
        *(f"added by the ZIP code's own point: {row}" for row in named),
    )


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
