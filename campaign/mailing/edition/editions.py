"""Editions of digests and alerts: which one it is, and how far its copies are."""

from typing import Any, Final

from sqlmodel import Session, col, select

from campaign.mailing import queue
from campaign.mailing.edition import recipients
from campaign.mailing.edition.send_times import monday_of
from campaign.mailing.models import Edition
from campaign.refusals import Refused

# The states of an edition, as people call them.
STATE_NAMES: Final = {
    "en": {
        "building": "being built",
        "draft": "draft",
        "sending": "being sent",
        "paused": "paused",
        "done": "sent",
        "stopped": "stopped",
        "quiet": "quiet week, nothing is sent",
    },
    "es": {
        "building": "en preparación",
        "draft": "borrador",
        "sending": "enviándose",
        "paused": "en pausa",
        "done": "enviada",
        "stopped": "detenida",
        "quiet": "semana tranquila, no se envía nada",
    },
}
# States of a copy, as ``status`` counts them.
COPY_STATES = ("sent", "deferred", "failed", "unknown", "suppressed", "pending", "sending")

NO_STATUS: Final = {
    **dict.fromkeys(("edition", "state", "problem", "problem_es"), ""),
    **dict.fromkeys(("recipients", *COPY_STATES), 0),
}


def get(session: Session, edition: int) -> Edition:
    """Raises Refused (404) for an edition that does not exist."""
    if row := session.get(Edition, edition):
        return row
    raise Refused(f"There is no edition {edition}.", f"No existe la edición {edition}.", status=404)


def of_period(session: Session, campaign: str, kind: str, period: str) -> Edition | None:
    """A campaign's edition of a week, or alert of a day."""
    query = select(Edition).where(Edition.campaign == campaign, Edition.kind == kind, Edition.period == period)
    return session.exec(query).first()


def of_week(session: Session, campaign: str, period: str = "") -> Edition | None:
    """A campaign's digest of a week, or without one its newest. Raises Refused for what is no week."""
    query = select(Edition).where(Edition.campaign == campaign, Edition.kind == "digest")
    if period:
        monday_of(period)
        query = query.where(Edition.period == period)
    return session.exec(query.order_by(col(Edition.id).desc())).first()


def latest(session: Session, campaign: str, *, period: str = "") -> Edition:
    """As ``of_week``. Raises Refused (404) where there is none, too."""
    if row := of_week(session, campaign, period):
        return row
    raise Refused(
        "There is no edition yet; build one with: campaign digest build",
        "Todavía no hay ninguna edición; prepárela con: campaign digest build",
        status=404,
    )


def status(session: Session, edition: Edition) -> dict[str, Any]:
    """The object of ``campaign digest status --json`` (contract.md)."""
    found = queue.counts(session, edition)
    if not edition.published_at:
        found = {"recipients": recipients.count(session, edition)}
    return {
        "edition": edition.period,
        "state": edition.state,
        "recipients": found.get("recipients", 0),
        **{state: found.get(state, 0) for state in COPY_STATES},
        "problem": edition.problem,
        "problem_es": edition.problem_es,
    }


def newest_status(session: Session, campaign: str) -> dict[str, Any]:
    """The status of a campaign's newest digest; all zeros while there is none."""
    found = of_week(session, campaign)
    if found is not None:
        return status(session, found)
    return dict(NO_STATUS)
