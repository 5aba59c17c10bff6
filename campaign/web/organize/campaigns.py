"""The campaigns of the installation: adding one, its state, copying, taking it away as a file, removing it."""

from collections.abc import Callable, Mapping

from flask import make_response, request
from sqlmodel import col
from werkzeug.wrappers import Response

from campaign import db, removal
from campaign.accounts import users
from campaign.congress.data_sets import count
from campaign.mailing import results
from campaign.mailing.models import Edition
from campaign.organizing import campaign_export, campaign_file, campaign_identity, campaign_setup, readiness
from campaign.proposals import campaigns, logos
from campaign.refusals import Refused
from campaign.removal import Removal
from campaign.web.core import database, look, served
from campaign.web.core.languages import _, current, ngettext
from campaign.web.core.render import settings
from campaign.web.core.served import state_names
from campaign.web.organize.access import me, not_yours, note, organizer_url, page, route, to, told
from jobs import take_campaign

LARGEST_FILE = campaign_file.LARGEST + 64 * 1024
# A logo that is far too large is refused on its form, with what else was typed there.
LARGEST_LOGO = 24 * 1024 * 1024
# What the organization's form sets beside who runs the campaign.
OF_FORM = ("accent", "languages", "picture_alt_en", "picture_alt_es")


@route("/campaigns", role="organizer")
def campaign_list() -> Response:
    return _list({})


def _list(typed: dict[str, str], *, problem: str = "", status: int = 200) -> Response:
    session, now = database.session(), db.utcnow()
    rows = [
        (row, state, readiness.missing(session, row.slug, now=now))
        for row, state in campaigns.campaigns(session)
        if users.may_enter(me(), row.slug)
    ]
    return page("campaigns.html", status=status, rows=rows, states=state_names(), typed=typed, problem=problem)


@route("/campaigns", role="organizer", methods=("POST",), everywhere=True, max_body=LARGEST_FILE)
def add_campaign() -> Response:
    """An empty draft, or one made of a file. What was typed stays where it is refused."""
    slug, raw = request.form.get("slug", "").strip(), b""
    if file := request.files.get("file"):
        raw = file.read(campaign_file.LARGEST + 1)
        file.close()
    try:
        slug = _taken(slug, raw) if raw else _empty(slug)
    except Refused as refused:
        return _list({"slug": slug}, problem=refused.text(current()), status=refused.status)
    told(_("The campaign is a draft. Only organizers see it."))
    return _to_words(slug)


def _taken(slug: str, raw: bytes) -> str:
    slug = slug or campaign_file.read(raw).campaign
    take_campaign.run(database.engine(), settings(), raw, by=me().email, now=db.utcnow(), slug=slug)
    with db.writing_alone(database.engine()) as writer:
        note(writer, "campaign added", slug, source="file")
    return slug


def _empty(slug: str) -> str:
    with db.writing_alone(database.engine()) as writer:
        campaign_setup.add_empty(writer, slug, by=me().email, now=db.utcnow())
        note(writer, "campaign added", slug)
    return slug


def _to_words(slug: str) -> Response:
    response = make_response("", 303)
    response.headers["Location"] = served.address_in(slug, organizer_url("words"))
    return response


@route("/campaigns/<slug>/file", role="organizer")
def campaign_as_file(slug: str) -> Response:
    """Everything that people wrote for the campaign."""
    response = make_response(campaign_file.write(campaign_export.written(database.session(), slug)))
    response.headers["Content-Type"] = "application/yaml; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.yaml"'
    return response


@route("/campaigns/<slug>", role="organizer", methods=("POST",))
def change_campaign(slug: str) -> Response:
    with db.writing_alone(database.engine()) as writer:
        if new := request.form.get("copy_as", "").strip():
            if me().campaigns:
                raise not_yours(me())
            campaign_setup.duplicate(writer, slug, new, by=me().email, now=db.utcnow())
            note(writer, "campaign copied", slug, to=new)
        else:
            state = request.form.get("state", "")
            campaigns.set_state(writer, slug, state, by=me().email, now=db.utcnow())
            note(writer, "campaign state", slug, to=state)
    told(_("Done."))
    return to("campaign_list")


@route("/campaigns/<slug>/state", role="organizer")
def change_of_state(slug: str) -> Response:
    """What a change of state will do to whom, before it is made."""
    session, to_state = database.session(), request.args.get("to", "")
    row = campaigns.campaign(session, slug)
    campaigns.check_state(to_state)
    return page(
        "campaign_state.html",
        campaign=row,
        before=campaigns.state(session, slug),
        after=to_state,
        states=state_names(),
        means=_meanings()[to_state],
        readers=results.readers_by_state(session, slug).get("confirmed", 0),
        editions=count(
            session,
            Edition,
            col(Edition.campaign) == slug,
            col(Edition.state).in_(("draft", "sending", "paused")),
        ),
        missing=readiness.missing(session, slug, now=db.utcnow()) if to_state == "live" else [],
    )


def _meanings() -> dict[str, list[str]]:
    """What each state means to whom."""
    return {
        "draft": [
            _(
                "Its pages close. Visitors read “Not open yet”, also on links that were shared. "
                "Organizers see everything."
            ),
            _("We ask nothing of anyone, on paper, in feeds or by email."),
        ],
        "live": [
            _("Its pages are open to everyone, and ask visitors to call and write."),
            _("Each week an email is built. It goes out once you approve it."),
        ],
        "won": [
            _(
                "Every page gives thanks for what was achieved. Calls and letters stay open while there "
                "is something to ask."
            ),
        ],
        "paused": [
            _(
                "Its pages stay open and say that it is paused. Links to calls and letters say that we "
                "ask nothing right now."
            ),
            _("Emails ask for nothing until it is live again."),
        ],
        "archived": [
            _("Its pages stay as a record and say that it has ended. Nothing is asked anymore."),
        ],
    }


@route("/campaigns/<slug>/organization", role="organizer")
def organization(slug: str) -> Response:
    """Who runs the campaign, its languages and its look."""
    return _organization(slug, {})


def _organization(slug: str, typed: Mapping[str, str], *, problem: str = "", status: int = 200) -> Response:
    row = campaigns.campaign(database.session(), slug)
    values = {**{name: getattr(row, name) for name in (*campaign_identity.IDENTITY, *OF_FORM)}, **typed}
    return page(
        "organization.html",
        status=status,
        campaign=row,
        values=values,
        problem=problem,
        choices=_language_names(),
    )


def _language_names() -> dict[str, str]:
    """What a campaign may offer, by the values of its form."""
    names = (_("English and Spanish"), _("English only"), _("Spanish only"))
    return dict(zip(campaigns.LANGUAGES, names, strict=True))


@route("/campaigns/<slug>/organization", role="organizer", methods=("POST",), max_body=LARGEST_LOGO)
def set_organization(slug: str) -> Response:
    try:
        accent = look.read(request.form.get("accent", ""))
        logo = _sent("logo", logos.LOGO, logos.read)
        picture = _sent("picture", logos.PICTURE, logos.read_picture)
        with db.writing_alone(database.engine()) as writer:
            campaign_identity.identify(writer, slug, request.form)
            row = campaigns.campaign(writer, slug)
            row.accent = accent
            if logo is not None or request.form.get("remove_logo"):
                logos.keep(writer, row, logo)
            if picture is not None or request.form.get("remove_picture"):
                logos.keep_picture(writer, row, picture)
            campaign_identity.describe_picture(row, request.form)
            note(writer, "organization set", slug)
    except Refused as refused:
        if refused.status == 404:
            raise
        return _organization(slug, request.form, problem=refused.text(current()), status=refused.status)
    told(_("Saved. The public pages show it now."))
    return to("organization", slug=slug)


def _sent(name: str, kind: logos.Kind, read: Callable[[bytes], bytes]) -> bytes | None:
    """The picture that a field of the form brings, None for no file. Raises Refused where it is none."""
    raw = b""
    if file := request.files.get(name):
        raw = file.read(kind.most_bytes + 1)
        file.close()
    return read(raw) if raw else None


@route("/campaigns/<slug>/remove", role="admin", proven=True)
def removal_asked(slug: str) -> Response:
    """What goes with a campaign, before it goes."""
    session = database.session()
    return page(
        "remove_campaign.html",
        campaign=campaigns.campaign(session, slug),
        goes=_counted(removal.of(session, slug)),
    )


def _counted(goes: Removal) -> list[str]:
    return [
        ngettext("%(num)d proposal", "%(num)d proposals", goes.proposals),
        ngettext("%(num)d bill of them", "%(num)d bills of them", goes.bills),
        ngettext("%(num)d figure", "%(num)d figures", goes.facts),
        ngettext("%(num)d text", "%(num)d texts", goes.texts),
        ngettext("%(num)d reader", "%(num)d readers", goes.readers),
        ngettext("%(num)d edition", "%(num)d editions", goes.editions),
        ngettext("%(num)d note", "%(num)d notes", goes.notes),
        ngettext("%(num)d action", "%(num)d actions", goes.actions),
        ngettext("%(num)d signature", "%(num)d signatures", goes.signatures),
    ]


@route("/campaigns/<slug>/remove", role="admin", proven=True, methods=("POST",))
def remove_campaign(slug: str) -> Response:
    with db.writing_alone(database.engine()) as writer:
        gone = removal.remove(writer, slug)
        note(writer, "campaign removed", slug, **vars(gone))
    told(_("The campaign is removed."))
    response = make_response("", 303)
    response.headers["Location"] = served.without(organizer_url("campaign_list"))
    return response
