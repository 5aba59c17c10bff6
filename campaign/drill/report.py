"""What a drill found, as an organizer reads it, in Markdown and in the reader's language."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from campaign.congress.bills import ordinal
from campaign.drill.mails import DaysMail
from campaign.drill.pages import Page
from campaign.outreach import names
from campaign.outreach.bilingual import Text


@dataclass(frozen=True)
class Drill:
    """What a day to come will lack (``missing``) and say wrongly (``wrong``), over so many pages and mails."""

    day: date
    congress: int
    missing: tuple[Text, ...]
    wrong: tuple[Text, ...]
    pages: int
    mails: int = 0
    days_mail: tuple[DaysMail, ...] = ()


_READ: Final = Text(
    "{pages} pages, the organizers' among them, and {mails} mails were read as they will be on that day, with "
    "what this service holds now.",
    "Se leyeron {pages} páginas, también las de los organizadores, y {mails} correos, como serán ese día con "
    "lo que este servicio tiene hoy.",
)
_MAIL: Final = Text("Mail of that day", "Correo de ese día")
_MISSING: Final = Text("Still missing", "Qué falta todavía")
_WRONG: Final = Text("Wrong on a page or in a mail", "Qué está mal en una página o en un correo")
_NOTHING: Final = Text("Nothing.", "Nada.")
_DIGEST: Final = Text("The digest of {period}", "El boletín de {period}")
_ALERT: Final = Text("The alert of {period}", "La alerta del {period}")
_QUIET: Final = Text(
    "a week without news; by the mail policy nothing is sent",
    "una semana sin novedades; según la política de correo no se envía nada",
)
_SENT: Final = Text("“{subject}”, for {number} readers", "«{subject}», para {number} lectores")


def report(found: Drill, lang: str = "en") -> str:
    day, name = names.day(found.day, lang), Text("Congress", "Congreso").of(lang)
    read = _READ.of(lang).format(pages=found.pages, mails=found.mails)
    lines = [f"# {day[:1].upper()}{day[1:]}, {ordinal(found.congress, lang)} {name}", "", read, ""]
    for title, items in (
        (_MAIL, [_mail(mail, lang) for mail in found.days_mail]),
        (_MISSING, [text.of(lang) for text in found.missing]),
        (_WRONG, [text.of(lang) for text in found.wrong]),
    ):
        lines += [f"## {title.of(lang)}", "", *([f"- {item}" for item in items] or [_NOTHING.of(lang)]), ""]
    return "\n".join(lines)


def _mail(mail: DaysMail, lang: str) -> str:
    label = (_ALERT if mail.kind == "alert" else _DIGEST).of(lang).format(period=mail.period)
    words = _QUIET if mail.state == "quiet" else _SENT
    return f"{label}: {words.of(lang).format(subject=mail.subject.of(lang), number=mail.recipients)}"


def write(out: Path, found: Drill, pages: list[Page], lang: str) -> None:
    """``report.txt``, and the pages and mails as they will be in ``pages/``."""
    folder = out / "pages"
    for page in pages:
        name = re.sub(r"[^A-Za-z0-9-]+", "_", page.path).strip("_") or "home"
        (folder / f"{name[:150]}.html").write_text(page.html)
    (out / "report.txt").write_text(report(found, lang))
