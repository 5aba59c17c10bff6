"""The campaign's own words and bills: texts in its languages with their versions, figures, kin of bills."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import request
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response

from campaign import db
from campaign.congress import members, tracking
from campaign.congress.bill_input import parse_bill
from campaign.congress.bills import BillId, congress_on
from campaign.congress.members import Person
from campaign.congress.models import Bill
from campaign.organizing import poll_requests, readiness, texts
from campaign.outreach import asks, letters, wording_checks, wordings
from campaign.outreach.ask_kinds import ASK_KINDS
from campaign.outreach.asks import Ask
from campaign.proposals import campaigns, lineage, lookup, published, suggestions
from campaign.proposals.models import CitedFact, Kinship, Proposal, TextVersion
from campaign.refusals import Refused
from campaign.web.core import database, routing, served
from campaign.web.core.languages import _, current, pgettext
from campaign.web.organize import access
from campaign.web.organize.access import me, page, route, to, told

LOWER = re.compile(r"[^a-z0-9]+")
# Of so many letters every pair is compared.
LETTERS_DRAWN = 30
# Where a letter shows a figure of the campaign.
FIGURE = {"en": "(a figure with its source)", "es": "(un dato con su fuente)"}


@route("/words", role="organizer")
def words() -> Response:
    session = database.session()
    return page(
        "words.html",
        campaign=served.campaign(),
        missing=readiness.missing(session, served.slug(), now=db.utcnow()) if served.slug() else [],
        proposals=[(proposal, lineage.bills_of(session, proposal.slug)) for proposal in _proposals(session)],
        waiting=_waiting(session),
        facts=_facts(session),
        sitting=congress_on(db.utcnow()),
        asks=ask_names(),
        kinds=kind_names(),
        phrases=_phrase_names(session),
    )


def _proposals(session: Session) -> list[Proposal]:
    return campaigns.campaign_proposals(session, served.slug())


def _facts(session: Session) -> Sequence[CitedFact]:
    query = select(CitedFact).where(CitedFact.campaign == served.slug())
    return session.exec(query.order_by(col(CitedFact.position), CitedFact.id)).all()


def ask_names() -> dict[str, str]:
    """What is asked, by whom it is asked of."""
    return {kind.texts: kind.label.of(current()) for kind in reversed(ASK_KINDS)}


def kind_names() -> dict[str, str]:
    return {
        "call": pgettext("a text", "Call"),
        "voicemail": _("Voicemail"),
        "tally": _("20-second version"),
        "letter": _("Letter"),
    }


def _phrase_names(session: Session) -> dict[str, dict[str, str]]:
    """Texts that several asks share, by group; each with the key of its page."""
    return {
        title: {published.key(group, name): label for name, label in names.items()}
        for group, (title, names) in _groups(session).items()
    }


def _groups(session: Session) -> dict[str, tuple[str, dict[str, str]]]:
    proposals = {proposal.slug: _named(proposal) for proposal in _proposals(session)}
    return {
        "whole": (_("One call about all bills"), _whole_names()),
        "staff": (_("What an office is likely to answer"), _staff_names()),
        "points": (_("What a bill does: a spoken sentence and a paragraph"), proposals),
        "choices": (_("Points that a letter’s writer chooses from"), proposals),
        "openings": (_("Further openings of a letter"), ask_names()),
        "requests": (_("Further requests of a letter"), ask_names()),
        "letters": (
            _("Variants of a letter"),
            {
                "bridges": _("General thoughts"),
                "thanks": _("Thanks at the end"),
                "example": _("Example of a writer’s own sentence"),
            },
        ),
    }


def _named(proposal: Proposal) -> str:
    return proposal.name_es if current() == "es" else proposal.name_en


def _whole_names() -> dict[str, str]:
    return {
        "call": pgettext("a text", "Call"),
        "question": _("Last line, where something is asked"),
        "friends": _("Last line, where the member is on all bills"),
        "reason": _("Last line, where the member voted no"),
        "leads": _("Last line, where the member introduced one of them"),
        "voicemail": _("Voicemail"),
        "tally": _("20-second version"),
        "thanks_call": _("Call, where the member is on all bills"),
        "thanks_voicemail": _("Voicemail, where the member is on all bills"),
        "thanks_tally": _("20-second version, where the member is on all bills"),
        "next_call": _("Call, between two Congresses"),
        "next_voicemail": _("Voicemail, between two Congresses"),
    }


def _staff_names() -> dict[str, str]:
    return {
        "hello": _("The office answers"),
        "who": _("The office asks who calls"),
        "me": _("The caller says who they are"),
        "position": _("The office on its position"),
        "noted": _("The office on thanks"),
        "goodbye": _("The caller says goodbye"),
    }


def _waiting(session: Session) -> list[tuple[Bill, Kinship, Proposal]]:
    """Kin that rules suggest and nobody has decided on, with the campaign's proposal each would belong to."""
    proposals = {proposal.slug: proposal for proposal in _proposals(session)}
    waiting = lineage.waiting(session)
    return [(bill, kin, proposals[kin.proposal]) for bill, kin in waiting if kin.proposal in proposals]


# --- bills and their kin ---


@route("/words/bills", role="organizer", methods=("POST",))
def add_bill() -> Response:
    """Add a bill by any form of its number or address; the worker reads it, rules suggest its kin."""
    text, slug = request.form.get("bill", ""), request.form.get("proposal", "")
    now = db.utcnow()
    with db.writing_alone(database.engine()) as writer:
        bill = _any_bill(writer, text)
        if slug:
            campaigns.proposal(writer, slug, served.slug())
        tracking.track(writer, bill, now=now)
        poll_requests.request(writer, str(bill), by=me().email, now=now)
        if slug:
            lineage.confirm(writer, slug, str(bill), by=me().email, now=now)
        suggestions.save_suggestions(writer, suggestions.suggest(writer, str(bill)))
        access.note(writer, "bill added", str(bill), proposal=slug)
    told(_("%(bill)s is followed. The background service reads it within a minute.", bill=bill.named))
    return to("words")


def _any_bill(session: Session, text: str) -> BillId:
    """The bill that was typed. Without a Congress it must be one of a kind; it is never guessed."""
    number = parse_bill(text)
    if number.congress is None:
        return lookup.resolve(session, text)
    if number.congress > congress_on(db.utcnow()):
        raise Refused("That Congress has not begun.", "Ese Congreso todavía no comienza.")
    return BillId(number.congress, number.type, number.number)


@route("/words/kin", role="organizer", methods=("POST",))
def decide_kin() -> Response:
    proposal, bill = request.form.get("proposal", ""), request.form.get("bill", "")
    now = db.utcnow()
    with db.writing_alone(database.engine()) as writer:
        campaigns.proposal(writer, proposal, served.slug())
        decide = lineage.confirm if request.form.get("decision") == "yes" else lineage.reject
        row = decide(writer, proposal, str(lookup.resolve(writer, bill)), by=me().email, now=now)
        known = writer.get_one(Bill, row.bill)
        if row.state == "confirmed" and known.observed_at is None and lineage.living(known, now):
            poll_requests.request(writer, row.bill, by=me().email, now=now)
        access.note(writer, f"kin {row.state}", bill, proposal=proposal)
    told(_("Decided."))
    return to("words")


@route("/words/proposals", role="organizer", methods=("POST",))
def add_proposal() -> Response:
    given = request.form
    with db.writing_alone(database.engine()) as writer:
        slug = given.get("slug", "").strip() or LOWER.sub("-", _written_name(given).lower()).strip("-")
        if writer.get(Proposal, slug):
            raise Refused(f"“{slug}” is taken.", f"«{slug}» ya existe.", status=409)
        content = texts.clean("proposal", given, list(served.offered()))
        place = len(_proposals(writer))
        campaigns.add_proposal(writer, slug, campaign=served.slug(), position=place, **content)
        access.note(writer, "proposal added", slug)
    told(_("The proposal is added."))
    return to("words")


def _written_name(given: Mapping[str, str]) -> str:
    """The name of a new proposal in the first language offered."""
    return given.get(f"name_{next(iter(served.offered()))}", "")


# --- texts with versions ---


@route("/words/<kind>/<key>", role="organizer")
def text_page(kind: str, key: str) -> Response:
    return _text(kind, key, {})


def _text(kind: str, key: str, mine: dict[str, str], *, status: int = 200, **more: Any) -> Response:
    session = database.session()
    if kind not in texts.FIELDS:
        raise Refused("There is no such text.", "No existe ese texto.", status=404)
    history = texts.versions(session, served.slug(), kind, key)
    shown = texts.shown_now(session, served.slug(), kind, key)
    start = history[0].content if history else shown
    return page(
        "text.html",
        status=status,
        kind=kind,
        key=key,
        fields=_fields(kind),
        values={**start, **mine},
        shown=shown,
        versions=history,
        seen=history[0].id if history else 0,
        differences=_differences(history, shown, _fields(kind)),
        proposals=_proposals(session),
        name=_name(session, kind, key),
        shape=_shape(key) if kind == published.WORDING else "",
        people=members.people(session, now=db.utcnow()).values() if kind == published.WORDING else (),
        known=sorted(wordings.FIELDS),
        **more,
    )


def _fields(kind: str) -> list[str]:
    """The fields of a text that are asked for: those of the languages offered, and those without one."""
    hidden = tuple(f"_{lang}" for lang in wordings.LANGUAGES if lang not in served.offered())
    return [field for field in texts.FIELDS[kind] if not field.endswith(hidden)]


def _name(session: Session, kind: str, key: str) -> str:
    if kind != published.WORDING:
        return key
    group, name = published.cell(key)
    if group in asks.TEXTS:
        return f"{ask_names()[group]}, {kind_names()[name]}"
    title, names = _groups(session)[group]
    return f"{title}, {names[name]}"


def _shape(key: str) -> str:
    """How a text has to be written that is more than one text; empty for one that is not."""
    return {
        "points": _("First a sentence to say aloud, then an empty line, then a paragraph to read. No fields."),
        "choices": _shape_of_choices(),
        "letters": _("Several texts, an empty line between them; a letter takes one."),
        "openings": _("Several texts, an empty line between them; a letter takes one."),
        "requests": _("Several texts, an empty line between them; a letter takes one."),
    }.get(published.cell(key)[0], "")


def _shape_of_choices() -> str:
    shape = _(
        "Each point begins with a line like “## name: What the bill would do”; below it stand its "
        "wordings, an empty line between them."
    )
    if len(served.offered()) < 2:
        return shape
    return f"{shape} {_('The name after ## is the same in both languages.')}"


def _preview(kind: str, key: str, given: dict[str, str], wanted: str) -> Response:
    """What is in the form, said to a member, in each language offered; nothing is kept."""
    session, now = database.session(), db.utcnow()
    group, name = published.cell(key)
    try:
        given = texts.clean(kind, given, list(served.offered()))
        person = _picked(session, wanted, now)
        if group not in asks.TEXTS:
            said = _phrase_said(session, group, name, given, person)
            return _text(kind, key, given, said=said, person=person, wanted=wanted, alike={})
        ask = wording_checks.ask_of_kind(session, served.slug(), person, group, now=now)
        if ask is None:
            raise wordings.nothing_to_ask(person, "")
        said = {lang: _said(given[f"text_{lang}"], ask, person, name, lang) for lang in served.offered()}
    except Refused as refused:
        return _text(kind, key, given, status=400, problem=refused.text(current()), wanted=wanted)
    alike = _meters(session, ask, person) if name == "letter" else {}
    return _text(kind, key, given, said=said, person=person, wanted=wanted, alike=alike)


def _phrase_said(
    session: Session, group: str, name: str, given: dict[str, str], person: Person
) -> dict[str, str]:
    """A text that asks share as this member would meet it, in each language offered."""
    written = {lang: given[f"text_{lang}"] for lang in served.offered()}
    wording_checks.check_phrase(group, name, written)
    found = asks.campaign_asks(session, now=db.utcnow(), campaign=served.slug()).asks(person)
    try:
        said = {
            lang: wording_checks.filled_phrase(found, person, group, name, written, lang)
            for lang in (written if found else ())
        }
        if said and all(said.values()):
            return said
    except KeyError as error:
        lacks = wordings.lacking(error)
        raise Refused(f"{wordings.capital(lacks.en)}.", f"{wordings.capital(lacks.es)}.") from None
    raise Refused(
        f"We have nothing to ask {person.name} right now.",
        f"Por ahora no tenemos nada que pedir a {person.name}.",
    )


def _meters(session: Session, ask: Ask, person: Person) -> dict[str, letters.Similarity]:
    """How alike letters to this member get, as now published, when nobody adds words of their own."""
    cited = letters.facts(session, ask.matter)
    return {
        lang: letters.measure(letters.samples(ask, person, cited, lang, count=LETTERS_DRAWN))
        for lang in served.offered()
    }


def _said(text: str, ask: Ask, person: Person, kind: str, lang: str) -> str:
    wordings.check(text)
    try:
        return wordings.fill(text, ask, person, kind, lang, fact=FIGURE[lang])
    except KeyError as error:
        lacks = wordings.lacking(error)
        raise Refused(
            f"{wordings.capital(lacks.en)} ({lang}).", f"{wordings.capital(lacks.es)} ({lang})."
        ) from None


def _picked(session: Session, wanted: str, now: datetime) -> Person:
    """The sitting member whose name was typed, or a part of it that is theirs alone."""
    people = list(members.people(session, now=now).values())
    typed = _plain(wanted)
    found = [person for person in people if typed == _plain(person.name)]
    found = found or [person for person in people if typed and typed in _plain(person.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(person.name for person in found[:8])
    if not found:
        raise Refused(f"No current member is called “{wanted}”.", f"Nadie en funciones se llama «{wanted}».")
    raise Refused(f"“{wanted}” matches several: {names}.", f"«{wanted}» puede ser: {names}.")


def _plain(name: str) -> str:
    """A name in small letters without accents, as people type it."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _differences(
    history: list[TextVersion], shown: dict[str, str], fields: Sequence[str]
) -> dict[int, list[tuple[str, list[texts.Piece]]]]:
    """Per version what it changes against what the public sees now."""
    return {
        version.id or 0: [
            (field, texts.difference(shown.get(field, ""), text))
            for field, text in version.content.items()
            if field in fields and text != shown.get(field, "")
        ]
        for version in history
    }


@route("/words/<kind>/<key>", role="organizer", methods=("POST",))
def save_text(kind: str, key: str) -> Response:
    if kind not in texts.FIELDS:
        raise Refused("There is no such text.", "No existe ese texto.", status=404)
    given = {field: request.form.get(field, "") for field in texts.FIELDS[kind]}
    if kind == published.WORDING and request.form.get("do") == "preview":
        return _preview(kind, key, given, request.form.get("member", "").strip()[:80])
    seen = request.form.get("seen", type=routing.number) or 0
    try:
        with db.writing_alone(database.engine()) as writer:
            other = texts.overtaken(writer, served.slug(), kind, key, seen)
            draft = texts.draft(
                writer, served.slug(), kind, key, given, seen=seen, by=me().email, now=db.utcnow()
            )
            access.note(writer, "text written", f"{kind} {key}", version=draft.id, after=draft.content)
            crossed = other is not None and other.id != draft.id
            publishes = request.form.get("do") == "publish" and not crossed
            if publishes:
                _publish(writer, draft.id or 0)
    except Refused as refused:
        if refused.status == 404:
            raise
        return _text(kind, key, given, status=refused.status, problem=refused.text(current()))
    if publishes:
        told(_("Published."))
    elif crossed:
        told(_("Someone else wrote a newer version meanwhile. Both are below. Compare them before publishing."))
    else:
        told(_("The draft is saved. The public sees it once it is published."))
    return to("text_page", kind=kind, key=key)


@route("/words/versions/<int:id>/publish", role="organizer", methods=("POST",))
def publish(id: int) -> Response:
    with db.writing_alone(database.engine()) as writer:
        row = _publish(writer, id)
        where = row.kind, row.key
    told(_("Published."))
    return to("text_page", kind=where[0], key=where[1])


def _publish(writer: Session, id: int) -> TextVersion:
    before = texts.version(writer, served.slug(), id)
    shown = texts.shown_now(writer, served.slug(), before.kind, before.key)
    row = texts.publish(writer, served.slug(), id, by=me().email, now=db.utcnow())
    access.note(writer, "text published", f"{row.kind} {row.key}", before=shown, after=row.content)
    return row
