"""A campaign's actions: found, written by organizers, opened, closed and removed."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from campaign.actions.models import CampaignAction, Signature, Target
from campaign.dates import parse_day
from campaign.proposals import campaigns
from campaign.refusals import Refused

KINDS: Final = ("petition", "signon", "pledge", "letter")
STATES: Final = ("draft", "open", "closed")
# Those that are addressed to offices.
ADDRESSED: Final = ("petition", "signon", "letter")
WRITTEN: Final = ("title_en", "title_es", "text_en", "text_es", "points_en", "points_es")
# The most characters of each text.
LONGEST: Final = {"title": 150, "text": 4000, "points": 4000}
LARGEST_GOAL: Final = 100_000_000
LONGEST_SLUG: Final = 60


# --- found -----------------------------------------------------------------------------------------


def of_campaign(session: Session, campaign: str) -> Sequence[CampaignAction]:
    """All actions of a campaign, the newest first."""
    mine = select(CampaignAction).where(CampaignAction.campaign == campaign)
    return session.exec(mine.order_by(col(CampaignAction.id).desc())).all()


def open_actions(session: Session, campaign: str, *, today: date) -> list[CampaignAction]:
    """The actions that people can take part in now, the newest first."""
    return [each for each in of_campaign(session, campaign) if takes_part(session, each, today=today)]


def find(session: Session, campaign: str, id: int) -> CampaignAction:
    """An action of a campaign. Raises Refused (404) for another campaign's, too."""
    found = session.get(CampaignAction, id)
    if found is None or found.campaign != campaign:
        raise _unknown()
    return found


def published(session: Session, campaign: str, slug: str) -> CampaignAction:
    """An action that the public sees. Raises Refused (404) for a draft, too."""
    named = select(CampaignAction).where(CampaignAction.campaign == campaign, CampaignAction.slug == slug)
    found = session.exec(named).first()
    if found is None or found.state == "draft":
        raise _unknown()
    return found


def _unknown() -> Refused:
    return Refused("There is no such page.", "No existe esa página.", status=404)


def number(action: CampaignAction) -> int:
    """The id of an action that is in the database."""
    if action.id is None:
        raise ValueError("this action was never stored")
    return action.id


def takes_part(session: Session, action: CampaignAction, *, today: date) -> bool:
    """Whether people can take part: it is open, its day has not passed, its campaign asks for something."""
    over = action.day is not None and action.day < today
    return (
        action.state == "open"
        and not over
        and campaigns.state(session, action.campaign) not in campaigns.SILENT
    )


def targets(session: Session, action: CampaignAction) -> Sequence[Target]:
    """The offices that an action is addressed to, in the organizers' order."""
    return session.exec(select(Target).where(Target.action == action.id).order_by(col(Target.position))).all()


def note_change(session: Session, action: CampaignAction, *, counted: int = 0) -> None:
    """Let pages that show an action be made anew; ``counted``: how many more signatures count. Added by the
    database: two at once are two."""
    action.revision = CampaignAction.revision + 1
    if counted:
        action.counted = CampaignAction.counted + counted
    session.add(action)
    session.flush()


# --- written ---------------------------------------------------------------------------------------


def add(session: Session, campaign: str, kind: str, given: Mapping[str, str]) -> CampaignAction:
    """Add a draft from a form. Raises Refused with what is wrong; a slug that is taken gives 409."""
    if kind not in KINDS:
        raise Refused("Choose what you ask for.", "Elija qué va a pedir.")
    values = _checked(session, campaign, given)
    slug = _free_slug(session, campaign, given.get("slug", "").strip(), values["title_en"])
    row = CampaignAction(campaign=campaign, slug=slug, kind=kind, **values)  # type: ignore[arg-type]
    row.goal, row.day = _goal(given), _day(given)
    session.add(row)
    session.flush()
    return row


def edit(session: Session, action: CampaignAction, given: Mapping[str, str]) -> None:
    """Change an action from a form. Raises Refused with what is wrong, and (409) for a change of what people
    have agreed to already."""
    # A first signature that is being confirmed right now holds the row: wait for it before looking.
    session.refresh(action, with_for_update=True)
    values, day = _checked(session, action.campaign, given), _day(given)
    changed = {name for name, value in values.items() if getattr(action, name) != value}
    if action.kind == "pledge" and day != action.day:
        changed.add("day")
    if action.kind != "letter" and changed and _signed(session, action):
        raise Refused(
            "People have signed this text. It stays as they signed it. Close this action and start a new one.",
            "Ya hay personas que firmaron este texto y se queda como lo firmaron. Cierre esta acción y empiece "
            "otra.",
            status=409,
        )
    if action.state == "open":
        _refuse_unready(action.kind, day, has_targets=bool(targets(session, action)), today=None)
    for name, value in values.items():
        setattr(action, name, value)
    action.goal, action.day = _goal(given), day
    note_change(session, action)


def _signed(session: Session, action: CampaignAction) -> bool:
    confirmed = sa.select(col(Signature.id)).where(
        col(Signature.action) == action.id, col(Signature.confirmed_at).is_not(None)
    )
    return session.execute(confirmed.limit(1)).first() is not None


def _checked(session: Session, campaign: str, given: Mapping[str, str]) -> dict[str, str]:
    """The texts of a form in both columns. Raises Refused where a language that the campaign offers is missing,
    or a text is too long."""
    offered = campaigns.offered(session, campaign)
    texts = {name: given.get(name, "").replace("\r\n", "\n").strip() for name in WRITTEN}
    texts = campaigns.in_both(offered, texts)
    for name, text in texts.items():
        field, _, lang = name.rpartition("_")
        if field != "points" and not text:
            raise _missing(field, lang)
        if len(text) > LONGEST[field]:
            most = LONGEST[field]
            raise Refused(
                f"Please shorten the {field} to {most} characters ({lang}).",
                f"Acorte {_SAID[field]} a {most} letras ({lang}).",
            )
    if bool(texts["points_en"]) != bool(texts["points_es"]):
        raise _missing("points", "es" if texts["points_en"] else "en")
    return texts


_SAID: Final = {"title": "el título", "text": "el texto", "points": "los puntos"}
_IN: Final = {"en": ("English", "inglés"), "es": ("Spanish", "español")}


def _missing(field: str, lang: str) -> Refused:
    en, es = _IN[lang]
    return Refused(f"Write the {field} in {en}, too.", f"Escriba también {_SAID[field]} en {es}.")


def _goal(given: Mapping[str, str]) -> int:
    text = given.get("goal", "").replace(",", "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or not 0 < len(text) < 10 or int(text) > LARGEST_GOAL:
        raise Refused("The goal is a number, like 1000.", "La meta es un número, como 1000.")
    return int(text)


def _day(given: Mapping[str, str]) -> date | None:
    text = given.get("day", "").strip()
    return parse_day(text) if text else None


def _free_slug(session: Session, campaign: str, typed: str, title: str) -> str:
    """The slug that was typed, or one made of the title. Raises Refused for one that cannot stand in an
    address, or is taken (409)."""
    slug = typed or slug_of(title)
    campaigns.check_slug(slug)
    if len(slug) > LONGEST_SLUG:
        raise Refused("Choose a shorter address.", "Elija una dirección más corta.")
    taken = select(CampaignAction.id).where(CampaignAction.campaign == campaign, CampaignAction.slug == slug)
    if session.exec(taken).first() is not None:
        raise Refused(
            f"The address “{slug}” is in use already. Choose another one.",
            f"La dirección «{slug}» ya está en uso. Elija otra.",
            status=409,
        )
    return slug


def slug_of(title: str) -> str:
    """An address made of a title: ``Justicia para los niños`` gives ``justicia-para-los-ninos``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-") or "action"


# --- opened, closed, removed -----------------------------------------------------------------------


def set_state(session: Session, action: CampaignAction, state: str, *, today: date) -> None:
    """Open or close an action. Raises Refused where what it needs is missing."""
    if state not in ("open", "closed"):
        raise Refused("An action can be opened or closed.", "Una acción se puede abrir o cerrar.")
    if state == "open":
        ready = bool(targets(session, action))
        _refuse_unready(action.kind, action.day, has_targets=ready, today=today)
    action.state = state
    note_change(session, action)


def _refuse_unready(kind: str, day: date | None, *, has_targets: bool, today: date | None) -> None:
    """Raise Refused where an action of a kind could not be open; ``today`` only where it is opened now."""
    if kind == "pledge" and day is None:
        raise Refused("Say on which day people should call.", "Diga qué día hay que llamar.")
    if day is not None and today is not None and day < today:
        raise Refused("That day has passed. Choose another one.", "Ese día ya pasó. Elija otro.")
    if kind == "letter" and not has_targets:
        raise Refused("Say first which office the letter goes to.", "Diga primero a qué oficina va la carta.")


def remove(session: Session, action: CampaignAction) -> None:
    """Remove an action with all of its signatures and offices."""
    session.execute(sa.delete(Signature).where(col(Signature.action) == action.id))
    session.execute(sa.delete(Target).where(col(Target.action) == action.id))
    session.delete(action)
    session.flush()


def replace_targets(session: Session, action: CampaignAction, found: Sequence[Target]) -> None:
    """Put these offices in the place of those an action has. Raises Refused where an open letter would be left
    without any."""
    if action.state == "open":
        _refuse_unready(action.kind, action.day, has_targets=bool(found), today=None)
    session.execute(sa.delete(Target).where(col(Target.action) == action.id))
    for place, target in enumerate(found):
        target.action, target.position = number(action), place
        session.add(target)
    note_change(session, action)
