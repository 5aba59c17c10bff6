"""Each user's own settings of organizers' pages: saved filters, and the newest change they have seen."""

from urllib.parse import parse_qsl, urlencode

from sqlmodel import Session, select

from campaign.accounts.models import User
from campaign.organizing.models import SavedView
from campaign.refusals import Refused

PAGES = ("lists", "board")
# The page of the rows that hold a change's number instead of filters.
SEEN = "seen"
MOST = 30
LONGEST = 60


def views_of(session: Session, owner: str, page: str) -> list[SavedView]:
    query = select(SavedView).where(SavedView.owner == owner, SavedView.page == page)
    return list(session.exec(query.order_by(SavedView.name)))


def save(session: Session, owner: str, page: str, name: str, query: str) -> SavedView:
    """Save a page's filters under a name; saving the same name again replaces them.

    Raises Refused for an unknown page, a bad name, or too many views.
    """
    name = " ".join(name.split())
    if page not in PAGES or not name or len(name) > LONGEST:
        raise Refused(
            f"Give the view a name of at most {LONGEST} characters.",
            f"Dé a la vista un nombre de {LONGEST} caracteres como máximo.",
        )
    mine = views_of(session, owner, page)
    known = next((view for view in mine if view.name == name), None)
    if known is None and len(mine) >= MOST:
        raise Refused(f"There are {MOST} views already; remove one first.", f"Ya hay {MOST} vistas; quite una.")
    view = known or SavedView(owner=owner, page=page, name=name, query="")
    # Parsed and encoded again, so that nothing but names and values is stored.
    view.query = urlencode([(key[:30], value[:60]) for key, value in parse_qsl(query)][:20])
    session.add(view)
    session.flush()
    return view


def remove(session: Session, owner: str, id: int) -> str:
    """Delete one of the owner's views; returns its page. Raises Refused (404) for anybody else's."""
    view = session.get(SavedView, id)
    if view is None or view.owner != owner or view.page not in PAGES:
        raise Refused("There is no such view.", "No existe esa vista.", status=404)
    session.delete(view)
    return view.page


def seen(session: Session, user: User, campaign: str) -> int:
    """The newest change that a user was shown of a campaign."""
    row = _seen(session, user, campaign)
    # What was stored before each campaign had its own is for all of them.
    return int(row.query) if row else user.seen_seq


def mark_seen(session: Session, user: User, campaign: str, upto: int) -> None:
    """Store the newest change that a user was shown of a campaign; never an older one than before."""
    row = _seen(session, user, campaign) or SavedView(owner=user.email, page=SEEN, name=campaign, query="")
    row.query = str(max(seen(session, user, campaign), upto))
    session.add(row)


def _seen(session: Session, user: User, campaign: str) -> SavedView | None:
    query = select(SavedView).where(SavedView.owner == user.email, SavedView.page == SEEN)
    return session.exec(query.where(SavedView.name == campaign)).first()
