"""Commands about places and people: whose seat speaks for an address, and what to say to its holder."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campaign.cli.desk import Desk, command, language, main
from campaign.cli.record import known_bill

if TYPE_CHECKING:
    from campaign.districts.finder import Found


@command(main, "find")
@click.option("--zip", "zip_code", metavar="ZIP")
@click.option("--address", metavar="TEXT", help="Asked of the Census geocoder; neither stored nor logged.")
@click.option(
    "--point", metavar="LAT,LON", help="Looked up on our own map; near a line the Census geocoder is asked."
)
def find(desk: Desk, zip_code: str | None, address: str | None, point: str | None) -> None:
    """Say which seats speak for a place."""
    if sum(one is not None for one in (zip_code, address, point)) != 1:
        raise click.UsageError("Name one of --zip, --address, --point.")
    found = _find(desk, zip_code, address, point)
    desk.answer(found.json(), *_found_lines(found))


def _find(desk: Desk, zip_code: str | None, address: str | None, point: str | None) -> "Found":
    from campaign import db
    from campaign.districts import finder
    from campaign.fetch import open_fetcher

    with db.reading(desk.engine) as session:
        if zip_code is not None:
            return finder.by_zip(session, zip_code, now=desk.now)
        with open_fetcher(desk.settings) as fetcher:
            if point is not None:
                return finder.settle_point(fetcher, desk.settings, session, point, now=desk.now)
            return finder.by_address(fetcher, desk.settings, session, str(address), now=desk.now)


def _found_lines(found: "Found") -> Iterator[str]:
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
    """Maps of districts that the operator brings."""


@command(districts, "import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="Whose map it is.")
def import_districts(desk: Desk, file: Path, congress: int) -> None:
    """Import district boundaries (GeoJSON or TopoJSON) by which points are looked up."""
    from campaign.districts.boundaries import import_boundaries

    count = import_boundaries(desk.engine, file, congress, now=desk.now)
    desk.answer({"districts": count, "congress": congress}, f"{count} districts, Congress {congress}")


@command(districts, "zips")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--congress", required=True, type=click.IntRange(1, 200), help="Whose map it is.")
def import_zip_table(desk: Desk, file: Path, congress: int) -> None:
    """Import which districts each ZIP code touches: the Census Bureau's relationship file of a Congress.

    A later Congress's table waits beside today's and is used from the day that Congress sits.
    """
    from campaign.districts.census import import_zips

    count = import_zips(desk.engine, file.read_bytes(), congress, now=desk.now, name=file.name)
    desk.answer({"zips": count, "congress": congress}, f"{count} ZIP codes and districts, Congress {congress}")


@command(main, "script")
@click.option("--bill", required=True, metavar="ID")
@click.option("--member", required=True, metavar="BIOGUIDE")
@click.option(
    "--kind", default="call", show_default=True, type=click.Choice(["call", "voicemail", "tally", "letter"])
)
@click.option("--lang", type=click.Choice(["en", "es"]), help="Default: the terminal's.")
def script(desk: Desk, bill: str, member: str, kind: Any, lang: Any) -> None:
    """Write what a supporter says or writes to a member about a bill."""
    from campaign import db
    from campaign.outreach.wordings import script_for

    with db.reading(desk.engine) as session:
        found = script_for(session, str(known_bill(desk, bill)), member, kind, lang or language(), now=desk.now)
    answer = {
        "ask": found.ask,
        "text": found.text,
        "salutation": found.salutation,
        "phones": list(found.phones),
        "reason": found.reason,
    }
    desk.answer(answer, *filter(None, [found.salutation, found.text, *found.phones]))
