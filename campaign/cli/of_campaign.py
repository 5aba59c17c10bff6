"""Which campaign a command is for."""

import click

from campaign.cli.context import CommandContext
from campaign.refusals import Refused

campaign_option = click.option(
    "--campaign", "slug", default="", metavar="SLUG", help="Which campaign, where there are several."
)


def only(context: CommandContext, slug: str) -> str:
    """The campaign that is meant. Raises Refused for an unknown one (404), and for none named of several."""
    known = meant(context, slug)
    if len(known) == 1:
        return known[0]
    named = ", ".join(known)
    raise Refused(
        f"There are several campaigns. Name one with --campaign: {named}.",
        f"Hay varias campañas. Indique una con --campaign: {named}.",
    )


def meant(context: CommandContext, slug: str) -> list[str]:
    """The campaign named, or all that write to readers, or where none does all there are.

    Raises Refused for an unknown one and where there is none (404).
    """
    from campaign import db
    from campaign.proposals import campaigns

    with db.reading(context.engine) as session:
        if slug:
            return [campaigns.campaign(session, slug).slug]
        every = [row.slug for row, _state in campaigns.campaigns(session)]
        found = [row.slug for row in campaigns.speaking(session)] or every
    if not found:
        raise Refused(
            "There is no campaign yet; add one with: campaign new SLUG",
            "Todavía no hay ninguna campaña; agregue una con: campaign new SLUG",
            status=404,
        )
    return found
