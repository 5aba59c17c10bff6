"""English at ``/``, Spanish at ``/es/…``: the address alone decides, so both can be cached and shared."""

from flask import Flask, request
from flask_babel import Babel, gettext
from flask_babel import ngettext as babel_ngettext
from flask_babel import pgettext as babel_pgettext

from campaign.outreach.names import LOCALES
from campaign.settings import Settings

LANGUAGES = {"en": "English", "es": "Español"}


def attach(app: Flask, settings: Settings) -> None:
    Babel(
        app,
        default_timezone=settings.timezone,
        default_translation_directories="translations",
        locale_selector=lambda: LOCALES[current()],
    )
    app.jinja_env.globals.update(lang=current, languages=LANGUAGES)


def of_path(path: str) -> str:
    return "es" if path == "/es" or path.startswith("/es/") else "en"


def current() -> str:
    """The language of this request's address."""
    return of_path(request.path)


def _(text: str, **values: object) -> str:
    """``text`` in the language of this request's address."""
    return str(gettext(text, **values))


def pgettext(sense: str, text: str, **values: object) -> str:
    """``text`` in the reader's language, where its English has more than one ``sense``."""
    return str(babel_pgettext(sense, text, **values))


def ngettext(singular: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, as ``count`` asks for in the reader's language."""
    return str(babel_ngettext(singular, many, count, **values))
