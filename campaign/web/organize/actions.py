"""A campaign's actions as organizers see them: the list, the form, opening and closing, what is handed over."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import request
from werkzeug.wrappers import Response

from campaign import db
from campaign.actions import editing, signatures
from campaign.actions.models import CampaignAction
from campaign.organizing import delivery_packs
from campaign.organizing.delivery_packs import Pack
from campaign.outreach import office_letters
from campaign.refusals import Refused
from campaign.web.core import database, served
from campaign.web.core.languages import _, current
from campaign.web.core.render import settings, today
from campaign.web.organize import access
from campaign.web.organize.access import page, route, to, told
from campaign.web.organize.shared import KINDS, attachment

ACTS = ("open", "close", "remove")
FIELDS = (*editing.WRITTEN, "slug", "goal", "day")
LARGEST_FORM = 256 * 1024


def kind_names() -> dict[str, str]:
    """The kinds of action as people call them."""
    return {
        "petition": _("Petition"),
        "signon": _("Letter signed by organizations"),
        "pledge": _("Pledge to call"),
        "letter": _("Letter to an office"),
    }


def state_names() -> dict[str, str]:
    """The states of an action as people call them."""
    return {"draft": _("draft"), "open": _("open"), "closed": _("closed")}


def found_action(id: int) -> CampaignAction:
    """An action of this page's campaign. Raises Refused (404) for any other."""
    return editing.find(database.session(), served.slug(), id)


@route("/actions")
def actions() -> Response:
    session = database.session()
    found = editing.of_campaign(session, served.slug())
    return page(
        "actions.html",
        actions=found,
        counts=signatures.counts(session, found),
        kinds=kind_names(),
        states=state_names(),
    )


# --- the form --------------------------------------------------------------------------------------


@route("/actions/new", role="organizer")
def new_action() -> Response:
    return _form(None, request.args.get("kind", ""))


def _form(
    action: CampaignAction | None,
    kind: str,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form of an action, or of a new one of a kind; ``typed`` stands in its fields in the place of what is
    written."""
    if kind not in editing.KINDS:
        raise Refused("Choose what you ask for.", "Elija qué va a pedir.", status=404)
    session = database.session()
    return page(
        "action.html",
        status=status,
        problem=problem,
        action=action,
        kind=kind,
        kinds=kind_names(),
        states=state_names(),
        values={**_values(action), **typed},
        targets=editing.targets(session, action) if action else (),
        counts=signatures.counts(session, [action])[editing.number(action)] if action else signatures.Counts(),
        addressed=kind in editing.ADDRESSED,
    )


def _values(action: CampaignAction | None) -> dict[str, str]:
    if action is None:
        return dict.fromkeys(FIELDS, "")
    texts = {name: str(getattr(action, name)) for name in editing.WRITTEN}
    day = action.day.isoformat() if action.day else ""
    return {**texts, "slug": action.slug, "goal": str(action.goal or ""), "day": day}


@route("/actions/new", role="organizer", methods=("POST",), max_body=LARGEST_FORM)
def add_action() -> Response:
    kind = request.form.get("kind", "")
    try:
        given = _given(kind)
        with db.writing_alone(database.engine()) as writer:
            if not served.slug():
                raise Refused("There is no campaign yet.", "Todavía no hay ninguna campaña.", status=409)
            action = editing.add(writer, served.slug(), kind, given)
            access.note(writer, "action added", f"{served.slug()} {action.slug}")
            id = editing.number(action)
    except Refused as refusal:
        text = refusal.text(current())
        return _form(None, kind, typed=request.form, problem=text, status=refusal.status)
    told(_("Saved as a draft. No one sees it until you open it."))
    return to("action_page", id=id)


def _given(kind: str) -> dict[str, str]:
    """The fields of the form. Raises Refused for points that no letter can be made of."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    if kind != "letter":
        return {**given, "points_en": "", "points_es": ""}
    points = {lang: given[f"points_{lang}"].replace("\r\n", "\n").strip() for lang in served.offered()}
    if any(points.values()):
        office_letters.check_points(points)
    return given


@route("/actions/<int:id>", role="organizer")
def action_page(id: int) -> Response:
    action = found_action(id)
    return _form(action, action.kind)


@route("/actions/<int:id>", role="organizer", methods=("POST",), max_body=LARGEST_FORM)
def save_action(id: int) -> Response:
    action = found_action(id)
    try:
        given = _given(action.kind)
        with db.writing_alone(database.engine()) as writer:
            row = editing.find(writer, served.slug(), id)
            editing.edit(writer, row, given)
            access.note(writer, "action changed", f"{served.slug()} {row.slug}")
    except Refused as refusal:
        text = refusal.text(current())
        return _form(action, action.kind, typed=request.form, problem=text, status=refusal.status)
    told(_("Saved."))
    return to("action_page", id=id)


# --- opening, closing, removing --------------------------------------------------------------------


@route("/actions/<int:id>/step/<act>", role="organizer", proven=True)
def action_step(id: int, act: str) -> Response:
    """What will happen, before it does."""
    return _step(id, act)


def _step(id: int, act: str, refusal: Refused | None = None) -> Response:
    action = found_action(id)
    if act not in ACTS:
        raise Refused("There is no such page.", "No existe esa página.", status=404)
    session = database.session()
    return page(
        "action_step.html",
        status=refusal.status if refusal else 200,
        problem=refusal.text(current()) if refusal else "",
        action=action,
        act=act,
        kinds=kind_names(),
        counts=signatures.counts(session, [action])[id],
        targets=editing.targets(session, action),
    )


@route("/actions/<int:id>/step/<act>", role="organizer", proven=True, methods=("POST",))
def take_action_step(id: int, act: str) -> Response:
    if act not in ACTS:
        raise Refused("There is no such page.", "No existe esa página.", status=404)
    try:
        with db.writing_alone(database.engine()) as writer:
            action = editing.find(writer, served.slug(), id)
            access.note(writer, f"action: {act}", f"{served.slug()} {action.slug}")
            if act == "remove":
                editing.remove(writer, action)
            else:
                state = "open" if act == "open" else "closed"
                editing.set_state(writer, action, state, today=today())
    except Refused as refusal:
        return _step(id, act, refusal)
    told({"open": _("It is open."), "close": _("It is closed."), "remove": _("It is removed.")}[act])
    return to("actions") if act == "remove" else to("action_page", id=id)


# --- what is handed over ---------------------------------------------------------------------------


@route("/actions/<int:id>/pack.<kind>", role="organizer", proven=True)
def action_pack(id: int, kind: str) -> Response:
    """The text with everybody who counts, as PDF or as table, and an entry in the log that it was taken."""
    action, session = found_action(id), database.session()
    pack = Pack(action, editing.targets(session, action), signatures.counted(session, action))
    if kind == "csv":
        raw, content_type = delivery_packs.csv(pack, settings().zone), KINDS["csv"]
    elif kind == "pdf":
        raw, content_type = delivery_packs.pdf(pack, current(), today=today()), "application/pdf"
    else:
        raise Refused("It comes as pdf or csv.", "Se da en pdf o csv.", status=404)
    with db.writing_alone(database.engine()) as writer:
        access.note(writer, "exported", f"action {action.slug}", rows=len(pack.rows), kind=kind)
    return attachment(raw, content_type, f"{action.slug}.{kind}")
