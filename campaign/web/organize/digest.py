"""The pages of the digest: preview, note, test copy, approval, pause, cancellation and results.

What cannot be taken back has a page of its own that says in numbers what will happen, behind a fresh proof.
"""

import base64
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import current_app, make_response, request
from markupsafe import Markup
from sqlmodel import Session
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members
from campaign.mailing import policy, queue, results, senders
from campaign.mailing.edition import building, editions, lifecycle, previews
from campaign.mailing.edition.digest import Group
from campaign.mailing.edition.send_times import period_of
from campaign.mailing.models import Edition
from campaign.outreach.bilingual import Text
from campaign.proposals import campaigns
from campaign.refusals import Refused
from campaign.settings import Settings
from campaign.web.core import database, routing, served
from campaign.web.core.languages import LANGUAGES, _, current
from campaign.web.core.security import POLICY
from campaign.web.organize import access
from campaign.web.organize.access import me, organizer_url, page, route, to, told

LONGEST_NOTE = 2000
# A mail carries its own styles and pictures, runs nothing, leads nowhere, and is framed by our pages alone.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
_CID = re.compile(r"cid:([A-Za-z0-9._@-]+)")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


# --- overview ---


@route("/digest")
def digest() -> Response:
    known = results.editions_of(database.session(), served.slug())
    wanted = request.args.get("edition", type=routing.number)
    shown = _edition(wanted) if wanted else (known[0] if known else None)
    return _overview(known, shown)


def _edition(id: int) -> Edition:
    """An edition of this campaign. Raises Refused (404) for another's, too."""
    found = editions.get(database.session(), id)
    if found.campaign != served.slug():
        raise Refused("There is no page here.", "Aquí no hay ninguna página.", status=404)
    return found


def _overview(
    known: Sequence[Edition],
    shown: Edition | None,
    *,
    typed: Mapping[str, str] = {},
    problem: str = "",
    status: int = 200,
) -> Response:
    """The page with one edition. ``typed`` is a note that was refused, with the ``problem``."""
    now, session = db.utcnow(), database.session()
    number = (shown.id or 0) if shown else 0
    return page(
        "digest.html",
        status=status,
        typed=typed,
        problem=problem,
        shown=shown,
        known=known,
        copies=editions.status(session, shown) if shown else {},
        reasons=results.reasons(session, number),
        doubts=results.doubts(session, number),
        readers=results.readers_by_state(session, served.slug()),
        left_alone=results.left_alone(session, served.slug()),
        troubles=queue.troubles(session),
        about=about,
        place_of=place_of,
        rules=policy.policy(session),
        obstacle=_obstacle(session),
        states=state_names(),
        copy_states=copy_states(),
        longest_note=LONGEST_NOTE,
        this_week=period_of(now, _settings()),
        now=now,
        first=results.first_due(session, shown) if shown else None,
    )


def about(trouble: queue.Trouble) -> str:
    """What is in trouble, in the reader's language."""
    subject, _space, period = trouble.about.partition(" ")
    name = {"relay": _("The mail server"), "digest": _("The digest"), "alert": _("The alert")}[subject]
    return f"{name} {period}".strip()


def place_of(trouble: queue.Trouble) -> str:
    """The page of the edition that is in trouble; empty for another campaign's, and for what is no edition."""
    ours = trouble.edition is not None and trouble.campaign == served.slug()
    return organizer_url("digest", edition=trouble.edition) if ours else ""


def _obstacle(session: Session) -> str:
    """Why no list mail can leave at all, in the reader's language; empty where it can."""
    try:
        senders.of_list(session, _settings(), served.slug())
    except Refused as refusal:
        return refusal.text(current())
    return ""


def state_names() -> dict[str, str]:
    return editions.STATE_NAMES[current()]


def copy_states() -> dict[str, str]:
    """What became of a copy, in the order of interest."""
    return {
        "sent": _("accepted by the mail server"),
        "pending": _("waiting"),
        "sending": _("sending"),
        "deferred": _("tried, will be tried again"),
        "failed": _("not delivered"),
        "unknown": _("may or may not have arrived"),
        "suppressed": _("unsubscribed meanwhile, not sent"),
    }


@route("/digest/build", role="organizer", methods=("POST",))
def build_digest() -> Response:
    built = building.build(database.engine(), _settings(), served.slug(), now=db.utcnow())
    _log("digest built", built.period, recipients=built.recipients)
    told(_("The edition of %(period)s is ready. Check it before it goes out.", period=built.period))
    return to("digest", edition=built.edition)


def _log(act: str, period: str, **more: object) -> None:
    with db.writing_alone(database.engine()) as writer:
        access.note(writer, act, period, **more)


@route("/digest/<int:id>/note", role="organizer", methods=("POST",))
def digest_note(id: int) -> Response:
    en, es = (request.form.get(f"note_{lang}", "").replace("\r\n", "\n") for lang in ("en", "es"))
    shown = _edition(id)
    period = shown.period
    try:
        if max(len(en), len(es)) > LONGEST_NOTE:
            raise Refused(
                f"A note has {LONGEST_NOTE} letters at most.",
                f"Una nota tiene {LONGEST_NOTE} letras como máximo.",
            )
        building.set_note(database.engine(), _settings(), id, en, es, now=db.utcnow())
    except Refused as refused:
        known, said = results.editions_of(database.session(), served.slug()), refused.text(current())
        return _overview(known, shown, typed={"en": en, "es": es}, problem=said, status=refused.status)
    _log("digest note", period, letters=len(en) + len(es))
    told(_("The note is in every copy now."))
    return to("digest", edition=id)


# --- looking ---


@dataclass(frozen=True)
class Look:
    """A mail taken apart for a page, from the very bytes that are sent."""

    subject: str
    sender: str
    text: str
    html: str
    size: int


def _group() -> Group:
    """The readers whose copy is looked at, as the address or the form names them."""
    asked = request.values
    lang, seat = asked.get("lang", current()), asked.get("seat", "").strip().upper()
    if lang not in LANGUAGES:
        raise Refused("The digest is written in en and es.", "El boletín se escribe en en y es.")
    if seat and not re.fullmatch(r"[A-Z]{2}", seat) and members.seat(database.session(), seat) is None:
        raise Refused(
            f"{seat[:20]!r} is not a seat. Write it like TX-20, or a state like TX.",
            f"{seat[:20]!r} no es un escaño. Escríbalo como TX-20, o un estado como TX.",
        )
    return Group(campaigns.spoken(database.session(), served.slug(), lang), seat)


def _message(id: int) -> bytes:
    edition = _edition(id).id or 0
    return previews.preview(database.engine(), _settings(), _group(), edition=edition, now=db.utcnow())


def look(raw: bytes) -> Look:
    """Take a message apart; pictures inside it become part of its HTML."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 -- the policy says so
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    pictures = {
        str(part["Content-ID"]).strip().strip("<>"): base64.b64encode(part.get_content()).decode()
        for part in message.walk()
        if isinstance(part, EmailMessage) and part.get_content_type() == "image/png"
    }
    shown = html.get_content() if html else ""
    return Look(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        text=text.get_content() if text else "",
        html=_CID.sub(lambda found: f"data:image/png;base64,{pictures.get(found[1], '')}", shown),
        size=len(raw),
    )


@route("/digest/<int:id>/preview", role="organizer")
def digest_preview(id: int) -> Response:
    session, group = database.session(), _group()
    response = page(
        "digest_preview.html",
        edition=_edition(id),
        group=group,
        look=look(_message(id)),
        groups=results.groups(session, id),
    )
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@route("/digest/<int:id>/mail", role="organizer")
def digest_mail(id: int) -> Response:
    """The HTML of the mail alone, as a document that can do nothing."""
    response = make_response(Markup(look(_message(id)).html))  # noqa: S704 -- our own mail, kept harmless by its policy
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    # A browser refuses to open a sandboxed document in a window that is set apart.
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@route("/digest/<int:id>/message.eml", role="organizer")
def digest_message(id: int) -> Response:
    """The whole message as it is handed to the relay, to open in a mail reader."""
    response = make_response(_message(id))
    response.headers["Content-Type"] = "message/rfc822"
    response.headers["Content-Disposition"] = f'attachment; filename="digest-{id}.eml"'
    return response


@route("/digest/<int:id>/test", role="organizer", methods=("POST",))
def digest_test(id: int) -> Response:
    """One copy to whoever asks, at their own address and no other."""
    group, period = _group(), _edition(id).period
    previews.send_test(database.engine(), id, group, me().email, now=db.utcnow())
    _log("digest test", period, language=group.language, seat=group.seat)
    told(_("One copy goes to %(email)s with the next emails.", email=me().email))
    return to("digest_preview", id=id, lang=group.language, seat=group.seat)


# --- what is felt by readers ---


@dataclass(frozen=True)
class Step:
    """Something to decide: when it can be done, and the doing."""

    before: tuple[str, ...]
    act: str
    do: Callable[[int], object]


def _approve(id: int) -> int:
    return lifecycle.publish(database.engine(), _settings(), id, by=me().email, now=db.utcnow())


def _pause(id: int) -> None:
    lifecycle.pause(database.engine(), id, why=Text(f"paused by {me().email}", f"la pausó {me().email}"))


def _resume(id: int) -> None:
    lifecycle.resume(database.engine(), id, now=db.utcnow())


def _resend(id: int) -> int:
    return queue.resend_unknown(database.engine(), id, now=db.utcnow())


def _cancel(id: int) -> int:
    why = Text(f"cancelled by {me().email}", f"la canceló {me().email}")
    return lifecycle.cancel(database.engine(), id, why=why, now=db.utcnow())


STEPS = {
    "approve": Step(("draft",), "digest approved", _approve),
    "pause": Step(("sending",), "digest paused", _pause),
    "resume": Step(("paused",), "digest resumed", _resume),
    "cancel": Step(("sending", "paused"), "digest cancelled", _cancel),
    "resend": Step(("sending", "paused", "done"), "digest copies sent again", _resend),
}


def _step(act: str) -> Step:
    if act in STEPS:
        return STEPS[act]
    raise Refused("Page not found.", "No encontramos esa página.", status=404)


def _concerned(act: str, status: dict[str, int]) -> int:
    """How many copies a step is about."""
    if act == "approve":
        return status["recipients"]
    if act == "resend":
        return status["unknown"]
    return status["pending"] + status["deferred"]


def _seen(edition: Edition) -> str:
    """What somebody looked at before deciding; a colleague's change makes it another."""
    words = f"{edition.state}\0{edition.note_en}\0{edition.note_es}\0{edition.built_at}"
    return f"{zlib.crc32(words.encode()):08x}"


def _ready(edition: Edition, step: Step) -> None:
    if edition.state not in step.before:
        es = editions.STATE_NAMES["es"][edition.state]
        raise Refused(
            f"Edition {edition.period} is {edition.state}; nothing was changed.",
            f"El estado de la edición {edition.period} es «{es}»; no se cambió nada.",
            status=409,
        )


@route("/digest/<int:id>/step/<act>", role="organizer", proven=True)
def digest_step(id: int, act: str) -> Response:
    """What will happen, in numbers, before it does."""
    session = database.session()
    edition, step = _edition(id), _step(act)
    _ready(edition, step)
    copies = editions.status(session, edition)
    return page(
        "digest_step.html",
        edition=edition,
        act=act,
        number=_concerned(act, copies),
        sent=copies["sent"],
        seen=_seen(edition),
        first=results.first_due(session, edition),
        now=db.utcnow(),
    )


@route("/digest/<int:id>/step/<act>", role="organizer", proven=True, methods=("POST",))
def take_digest_step(id: int, act: str) -> Response:
    session = database.session()
    edition, step = _edition(id), _step(act)
    _ready(edition, step)
    if request.form.get("seen") != _seen(edition):
        raise Refused(
            "Someone changed this edition meanwhile. Nothing was done. Check it again and decide.",
            "Alguien cambió esta edición mientras tanto. No se hizo nada. Véala de nuevo y decida.",
            status=409,
        )
    number = _concerned(act, editions.status(session, edition))
    period = edition.period
    step.do(id)
    _log(step.act, period, copies=number)
    told(_("Done, for %(number)s copies.", number=number))
    return to("digest", edition=id)


# --- how the organization wants it ---


def rule_names() -> dict[str, str]:
    """The rules that can be refused, as the form and a refusal name them."""
    return {
        "approve": _("Who approves"),
        "send_hour": _("Hour on Monday"),
        "quiet_week": _("A week without news"),
        "per_second": _("Copies a second"),
        "per_hour": _("Copies an hour"),
        "breaker_after": _("Refusals in a row that pause an edition"),
        "notify_email": _("Email address for notices"),
        "notify_webhook": _("Address of a chat that takes Slack's messages"),
        "notify_language": _("Language of notices"),
        "reply_to": _("Replies go to (blank: the sender)"),
    }


@route("/digest/policy", role="admin", proven=True)
def mail_policy() -> Response:
    return _rules(policy.policy(database.session()).model_dump())


def _rules(values: Mapping[str, object], *, problem: str = "", status: int = 200) -> Response:
    """The form with ``values``: the rules that hold, or with a ``problem`` those that were typed."""
    return page(
        "digest_policy.html",
        status=status,
        problem=problem,
        rules=values,
        names=rule_names(),
        bounds=policy.BOUNDS,
        back=organizer_url("digest"),
    )


@route("/digest/policy", role="admin", proven=True, methods=("POST",))
def set_mail_policy() -> Response:
    try:
        with db.writing_alone(database.engine()) as writer:
            before = policy.policy(writer).model_dump_json()
            changed = policy.choose(writer, request.form)
            if changed:
                after = policy.policy(writer).model_dump_json()
                access.note(writer, "mail policy", ", ".join(changed), before=before, after=after)
    except policy.RefusedRule as refusal:
        problem = f"{rule_names()[refusal.name]}: {refusal.text(current())}"
        return _rules(request.form, problem=problem, status=refusal.status)
    told(_("The email rules are saved.") if changed else _("Nothing was changed."))
    return to("mail_policy")
