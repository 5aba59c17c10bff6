"""Days as people and programs write them in forms, commands and query strings."""

from datetime import date

from campaign.refusals import Refused


def parse_day(text: str) -> date:
    """The day of ``2026-06-01`` (ISO 8601). Raises Refused for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"“{text[:30]}” is not a day; write it as 2026-06-01.",
            f"«{text[:30]}» no es una fecha; escríbala como 2026-06-01.",
        ) from None
