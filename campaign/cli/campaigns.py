"""Commands for campaigns: making, listing, exporting and removing them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from campaign.cli.context import CommandContext, command, language, localized, main
from campaign.refusals import Refused

if TYPE_CHECKING:
    from campaign.organizing.campaign_setup import Taken


@command(main, "new")
@click.argument("slug")
@click.option("--from", "file", metavar="FILE|example", help="The campaign's file.")
@click.option(
    "--language", "only", type=click.Choice(["en", "es"]), help="The only one it offers; both without it."
)
def new(context: CommandContext, slug: str, file: str | None, only: str | None) -> None:
    """Add a campaign as a draft: an empty one, or what FILE holds in the languages that FILE says."""
    from campaign import db

    db.require_current(context.engine)
    if file and only:
        raise Refused("A file says its languages itself.", "El archivo ya dice sus idiomas.")
    taken, notes = take(context, text_of(file), slug=slug) if file else _add_empty(context, slug, only)
    lines = [localized(f"{slug} is a draft now.", f"{slug} es ahora un borrador."), _told(taken)]
    context.output({"campaign": slug, **vars(taken), "unread": notes}, *lines)
    if notes:
        context.exit_partly(
            *(localized(f"Not read yet: {note}", f"Sin leer todavía: {note}") for note in notes)
        )


def text_of(name: str) -> bytes:
    """The bytes of a campaign's file, or of the example that ships. Raises Refused where it cannot be read."""
    from campaign.settings import shipped
    from campaign.snapshot.files import EXAMPLE

    path = shipped("fixtures") / EXAMPLE if name == "example" else Path(name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}", f"{path}: {error.strerror}") from None


def take(
    context: CommandContext, text: bytes, *, slug: str = "", state: str = "draft"
) -> "tuple[Taken, list[str]]":
    from jobs import take_campaign

    return take_campaign.run(
        context.engine, context.settings, text, by="command line", now=context.now, slug=slug, state=state
    )


def _add_empty(context: CommandContext, slug: str, only: str | None) -> "tuple[Taken, list[str]]":
    from campaign import db
    from campaign.organizing import campaign_setup
    from campaign.proposals import campaigns

    languages = only or campaigns.LANGUAGES[0]
    with db.writing_alone(context.engine) as session:
        return campaign_setup.add_empty(
            session, slug, by="command line", now=context.now, languages=languages
        ), []


def _told(taken: "Taken") -> str:
    return localized(
        f"{taken.proposals} proposals, {taken.bills} bills, {taken.facts} figures, {taken.texts} texts, "
        f"{taken.actions} actions",
        f"{taken.proposals} propuestas, {taken.bills} proyectos, {taken.facts} datos, {taken.texts} textos, "
        f"{taken.actions} acciones",
    )


@command(main, "export")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(context: CommandContext, slug: str, file: Path) -> None:
    """Write everything people wrote for a campaign into one FILE, which ``campaign new --from`` takes."""
    from campaign import db
    from campaign.organizing import campaign_export, campaign_file

    with db.reading(context.engine) as session:
        text = campaign_file.write(campaign_export.written(session, slug))
    file.write_bytes(text)
    context.output({"campaign": slug, "file": str(file), "bytes": len(text)}, f"{slug}: {file}")


@command(main, "campaigns")
def list_campaigns(context: CommandContext) -> None:
    """List the campaigns with their states and what each lacks."""
    from campaign import db
    from campaign.organizing import readiness
    from campaign.proposals import campaigns

    with db.reading(context.engine) as session:
        rows = [
            {
                "slug": row.slug,
                "title": row.title_es if language() == "es" else row.title_en,
                "state": state,
                "proposals": [each.slug for each in campaigns.campaign_proposals(session, row.slug)],
                "missing": [
                    each.words.of(language()) for each in readiness.missing(session, row.slug, now=context.now)
                ],
            }
            for row, state in campaigns.campaigns(session)
        ]
    lines = [f"{row['slug']} ({row['state']}): {row['title']}" for row in rows]
    context.output({"campaigns": rows}, *lines)


@command(main, "remove")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Remove without asking.")
def remove(context: CommandContext, slug: str, yes: bool) -> None:
    """Remove a campaign with everything that is its own; what Congress did stays recorded."""
    from campaign import db, removal

    with db.reading(context.engine) as session:
        goes = removal.of(session, slug)
    numbers = ", ".join(f"{number} {name}" for name, number in vars(goes).items())
    asked = localized(f"Remove {slug} ({numbers})?", f"¿Quitar {slug} ({numbers})?")
    if not yes and not click.confirm(asked, err=True):
        raise Refused("Nothing was removed.", "No se quitó nada.")
    with db.writing_alone(context.engine) as session:
        gone = removal.remove(session, slug)
    context.output({"campaign": slug, **vars(gone)}, localized(f"{slug} is removed.", f"Se quitó {slug}."))
