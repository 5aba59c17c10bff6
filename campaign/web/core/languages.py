"""English at ``/``, Spanish at ``/es/…``: the address alone decides, so both can be cached and shared."""

import gettext
from functools import cache
from pathlib import Path

from flask import Flask, request
from flask_babel import Babel

import campaign
from campaign.outreach.names import LOCALES
from campaign.settings import Settings

LANGUAGES = {"en": "English", "es": "Español"}
TRANSLATIONS = Path(campaign.__file__).parent / "translations"


def attach(app: Flask, settings: Settings) -> None:
    Babel(app, default_timezone=settings.timezone, locale_selector=lambda: LOCALES[current()])
    app.jinja_env.globals.update(lang=current, languages=LANGUAGES)
    # Jinja puts the values in.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: catalog().gettext(text),
        ngettext=lambda singular, many, count: catalog().ngettext(singular, many, count),
        pgettext=lambda sense, text: catalog().pgettext(sense, text),
        newstyle=True,
    )


def of_path(path: str) -> str:
    return "es" if path == "/es" or path.startswith("/es/") else "en"


def current() -> str:
    """The language of this request's address."""
    return of_path(request.path)


def catalog() -> gettext.NullTranslations:
    """The messages of this request's language. Not Flask-Babel's: it reads them again for each app, and looks
    for the language of each message by several proxies."""
    return _catalog(current())


@cache
def _catalog(lang: str) -> gettext.NullTranslations:
    return gettext.translation("messages", TRANSLATIONS, [lang], fallback=True)


def _(text: str, **values: object) -> str:
    """``text`` in the language of this request's address."""
    found = catalog().gettext(text)
    return found % values if values else found


def pgettext(sense: str, text: str, **values: object) -> str:
    """``text`` in the reader's language, where its English has more than one ``sense``."""
    found = catalog().pgettext(sense, text)
    return found % values if values else found


def ngettext(singular: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, as ``count`` asks for in the reader's language."""
    return catalog().ngettext(singular, many, count) % {"num": count, **values}
