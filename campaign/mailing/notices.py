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
            "{problem}. Readers who don’t have it yet are waiting. Nothing is lost. "
            "Check the reason, then resume.",
        ),
        "paused_alert": (
            "The alert of {period} is paused",
            "{problem}. Readers who don’t have it yet are waiting. No other alert goes out that day. Check the "
            "reason. Then open the Digest page, follow the link to this alert, and resume or cancel it.",
        ),
        "stuck": (
            "Email is not going out",
            "No email has gone out since {since}: {problem}. It goes out as soon as the mail server answers.",
        ),
        "was_stuck": (
            "Email was held up",
            "From {since} no email could go out: {problem}. It is going out again. Nothing was lost.",
        ),
        "built": (
            "The digest of {period} waits for your approval",
            "It is for {recipients} readers. Check it, then approve it.",
        ),
        "retired": (
            "Email about the last Congress was stopped",
            "Congress {congress} ended on January 3 at noon Eastern time. What had not been sent by then "
            "names expired bills, so {periods} was stopped. Copies not sent: {number}. A new draft follows.",
        ),
        "done": (
            "The digest of {period} has been sent",
            "Accepted by your mail server: {sent} of {recipients} copies. Not delivered: {failed}. May or "
            "may not have "
            "arrived: {unknown}. Not sent, because the reader unsubscribed first: {suppressed}.",
        ),
        "suggested": (
            "{bill} may belong to “{proposal}”",
            "{bill}, “{title}”, is new in Congress. Sponsor: {sponsor}. Introduced: {introduced}. {reason} "
            "Decide on the page Campaign, under “Suggested, for you to decide”. If you add it, it is followed "
            "from then on. If not, it is not suggested again.",
        ),
        "number": (
            "A phone number may not work: {who}, {city}",
            "{number} people said that {phone}, the {city} office of {who}, doesn’t work. Supporters no longer "
            "see it. Call it, then say on the page Phone numbers if it works, or set another one.",
        ),
        "webhook_parked": (
            "A webhook does not answer: {host}",
            "For a day, no message reached {host}. New messages are still tried. Look at the page Webhooks: "
            "there you can send again what was given up, or remove the webhook.",
        ),
        "webhook_gone": (
            "A webhook was switched off: {host}",
            "{host} answered that it wants no more messages (410). Nothing is sent there any more. On the page "
            "Webhooks you can switch it on again or remove it.",
        ),
    },
    "es": {
        "paused": (
            "El boletín está en pausa",
            "{problem}. Quienes aún no lo han recibido esperan. No se perdió nada. "
            "Revise la causa y después reanúdelo.",
        ),
        "paused_alert": (
            "La alerta de {period} está en pausa",
            "{problem}. Quienes aún no la han recibido esperan. Ese día no sale ninguna otra alerta. Revise la "
            "causa. Después abra la página Boletín, siga el enlace a esta alerta y reanúdela o cancélela.",
        ),
        "stuck": (
            "El correo no está saliendo",
            "Ningún correo ha salido desde {since}: {problem}. Saldrá en cuanto responda el servidor de "
            "correo.",
        ),
        "was_stuck": (
            "El correo estuvo detenido",
            "Desde {since} no pudo salir ningún correo: {problem}. Ya vuelve a salir. No se perdió nada.",
        ),
        "built": (
            "El boletín de {period} espera su aprobación",
            "Es para {recipients} lectores. Véalo y después apruébelo.",
        ),
        "retired": (
            "Se detuvo el correo del Congreso anterior",
            "El Congreso {congress} terminó el 3 de enero a mediodía, hora del Este. Lo que no se había "
            "enviado nombra proyectos que ya vencieron: se detuvo {periods}. Copias sin enviar: {number}. "
            "Pronto habrá un borrador nuevo.",
        ),
        "done": (
            "El boletín de {period} ya se envió",
            "Aceptadas por su servidor de correo: {sent} de {recipients} copias. No entregadas: {failed}. "
            "Quizá no llegaron: {unknown}. No enviadas porque la persona canceló antes: {suppressed}.",
        ),
        "suggested": (
            "{bill} podría ser parte de «{proposal}»",
            "{bill}, «{title}», es nuevo en el Congreso. Lo presentó: {sponsor}. Fecha: {introduced}. "
            "{reason} Decida en la página Campaña, en «Sugerencias para que usted decida». Si lo agrega, se "
            "seguirá desde ese momento. Si no, no se volverá a sugerir.",
        ),
        "number": (
            "Un teléfono quizá no sirve: {who}, {city}",
            "{number} personas dijeron que el {phone}, de la oficina de {who} en {city}, no sirve. Ya no se "
            "muestra al público. Llame a ese número y después diga en la página Teléfonos si sirve, o ponga "
            "otro.",
        ),
        "webhook_parked": (
            "Un webhook no responde: {host}",
            "Durante un día ningún mensaje llegó a {host}. Los mensajes nuevos se siguen intentando. En la "
            "página Webhooks puede enviar de nuevo lo que se abandonó, o quitar el webhook.",
        ),
        "webhook_gone": (
            "Se apagó un webhook: {host}",
            "{host} respondió que no quiere más mensajes (410). Ya no se le envía nada. En la página Webhooks "
            "puede encenderlo de nuevo o quitarlo.",
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
