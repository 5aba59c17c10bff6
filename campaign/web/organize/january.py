"""The page “January”: what the end of a Congress ends, in numbers, and what is still missing for the next."""

from werkzeug.wrappers import Response

from campaign import db, new_congress
from campaign.congress.bills import congress_on
from campaign.web.core import database
from campaign.web.core.languages import _
from campaign.web.organize.access import page, route
from campaign.web.organize.digest import state_names

# The organizers' page on which a person brings what is missing; for the rest there is a command.
VIEWS = {"proposal": "words", "edition": "digest", "members": "system", "committees": "system"}


@route("/january")
def january() -> Response:
    now, session = db.utcnow(), database.session()
    at = new_congress.moment_to_check(now)
    return page(
        "january.html",
        comes=new_congress.comes(now),
        turned=at == now,
        congress=congress_on(at),
        outlook=new_congress.outlook(session, now=now) if at > now else None,
        items=new_congress.checklist(session, at=at),
        views=VIEWS,
        view_names={"words": _("Campaign"), "digest": _("Digest"), "system": _("System")},
        edition_states=state_names(),
    )
