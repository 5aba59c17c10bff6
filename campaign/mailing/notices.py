"""Notices to organizers: what they are told of the mail, by e-mail and in their chat.

A notice is queued in the transaction that makes it true, so a worker that is killed neither loses it nor queues
it twice.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from campaign.mailing.models import Delivery
from campaign.mailing.policy import policy
from campaign.proposals import campaigns

# Subject and text by language. A detail may come in both: ``problem`` as ``problem_en`` and ``problem_es``.
TEXTS = {
    "en": {
        "paused": (
            "The digest is paused",
            "{problem}. Readers who have not got it yet are waiting; nothing is lost. "
            "Look at the reason, then resume.",
        ),
        "stuck": (
            "Mail is not leaving",
            "No mail has left since {since}: {problem}. Everything waits, and leaves by itself once the relay "
            "takes it.",
        ),
        "was_stuck": (
            "Mail was held up",
            "From {since} no mail could leave: {problem}. It leaves again now; nothing was lost.",
        ),
        "built": (
            "The digest of {period} waits for your approval",
            "It is for {recipients} readers. Look at it, then approve it.",
        ),
        "retired": (
            "Mail of the last Congress was stopped",
            "Congress {congress} ended at noon, Eastern time, on January 3. What had not been sent by then "
            "names bills that are dead: {periods} was stopped. Copies not sent: {number}. A new draft follows.",
        ),
        "done": (
            "The digest of {period} has been sent",
            "Taken by your relay: {sent} of {recipients} copies. Not delivered: {failed}. May or may not have "
            "arrived: {unknown}. Not sent, because the reader stopped first: {suppressed}.",
        ),
        "suggested": (
            "{bill} may belong to “{proposal}”",
            "{bill}, “{title}”, is new in Congress. Sponsor: {sponsor}. Introduced: {introduced}. {reason} "
            "Decide on the page Campaign, under “Suggested, for you to decide”: if it belongs, it is followed "
            "from then on; if not, it is not suggested again.",
        ),
    },
    "es": {
        "paused": (
            "El boletín está en pausa",
            "{problem}. Quienes aún no lo han recibido esperan; nada se ha perdido. "
            "Revise la causa y después reanúdelo.",
        ),
        "stuck": (
            "El correo no está saliendo",
            "Ningún correo ha salido desde {since}: {problem}. Todo espera y saldrá solo cuando el servidor lo "
            "acepte.",
        ),
        "was_stuck": (
            "El correo estuvo detenido",
            "Desde {since} no pudo salir ningún correo: {problem}. Ya vuelve a salir; nada se ha perdido.",
        ),
        "built": (
            "El boletín de {period} espera su aprobación",
            "Es para {recipients} lectores. Véalo y después apruébelo.",
        ),
        "retired": (
            "Se detuvo el correo del Congreso anterior",
            "El Congreso {congress} terminó el 3 de enero a mediodía, hora del Este. Lo que no se había "
            "enviado nombra proyectos que ya no existen: se detuvo {periods}. Copias sin enviar: {number}. "
            "Pronto habrá un borrador nuevo.",
        ),
        "done": (
            "El boletín de {period} ya se envió",
            "Entregadas a su servidor de correo: {sent} de {recipients} copias. No entregadas: {failed}. "
            "Quizá no llegaron: {unknown}. No enviadas porque la persona se dio de baja antes: {suppressed}.",
        ),
        "suggested": (
            "{bill} podría pertenecer a «{proposal}»",
            "{bill}, «{title}», es nuevo en el Congreso. Patrocinador: {sponsor}. Presentado: {introduced}. "
            "{reason} Decida en la página Campaña, en «Sugerencias para que usted decida»: si corresponde, se "
            "le dará seguimiento desde ese momento; si no, no se volverá a sugerir.",
        ),
    },
}
# A mail that says mail is stuck can only arrive when that is over.
BY_MAIL = {"stuck": "was_stuck"}


def notify(session: Session, kind: str, detail: dict[str, Any], *, now: datetime) -> None:
    """Queue a notice for the address and the chat that the mail policy names, if it names any.

    ``kind`` is a key of ``TEXTS``, ``detail`` what its text names; its ``campaign`` is a slug, and named first
    where there are several.
    """
    rules = policy(session)
    if campaigns.prefix(session, slug := str(detail.get("campaign", ""))) and slug:
        row = campaigns.campaign(session, slug)
        detail = {**detail, "named_en": row.title_en, "named_es": row.title_es}
    if rules.notify_email:
        mailed = {"what": BY_MAIL.get(kind, kind), **detail}
        session.add(Delivery(kind="notice", address=rules.notify_email, due=now, detail=mailed))
    if rules.notify_webhook:
        posted = {"what": kind, **detail}
        session.add(Delivery(kind="hook", address=rules.notify_webhook, due=now, detail=posted))


def text(detail: dict[str, Any], lang: str) -> tuple[str, str]:
    """Subject and text of a queued notice."""
    values = {name: str(value) for name, value in detail.items()}
    ending = f"_{lang}"
    values |= {name.removesuffix(ending): text for name, text in values.items() if name.endswith(ending)}
    subject, body = TEXTS[lang][values["what"]]
    named = f"{values['named']}: " if "named" in values else ""
    return named + subject.format(**values), body.format(**values)
