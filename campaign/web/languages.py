"""English at ``/``, Spanish at ``/es/…``: the address alone decides, so both can be cached and shared."""

from typing import Any

from flask import Blueprint, Flask, request, url_for
from flask_babel import Babel, gettext
from flask_babel import ngettext as babel_ngettext

from campaign.settings import Settings

LANGUAGES = {"en": "English", "es": "Español"}


def attach(app: Flask, settings: Settings) -> None:
    Babel(
        app,
        default_timezone=settings.timezone,
        default_translation_directories="translations",
        locale_selector=current,
    )
    app.jinja_env.globals.update(lang=current, place=place, same_page=same_page, languages=LANGUAGES)


def register_in_both(app: Flask, blueprint: Blueprint) -> None:
    """Every route of ``blueprint`` once as ``en.…`` at the root and once as ``es.…`` under ``/es``."""
    app.register_blueprint(blueprint, name="en")
    app.register_blueprint(blueprint, name="es", url_prefix="/es")


def of_path(path: str) -> str:
    return "es" if path == "/es" or path.startswith("/es/") else "en"


def current() -> str:
    """The language of this request's address."""
    return of_path(request.path)


def place(view: str, lang: str | None = None, **values: Any) -> str:
    """The address of a public page in the reader's language, or in ``lang``."""
    return url_for(f"{lang or current()}.{view}", **values)


def same_page(lang: str) -> str:
    """Where this very page is in ``lang``, with its query; the front page when nothing was found here."""
    if request.endpoint is None or "." not in request.endpoint:
        return place("campaign", lang)
    blueprint, view = request.endpoint.rsplit(".", 1)
    if blueprint not in LANGUAGES:
        return place("campaign", lang)
    query = request.args.to_dict(flat=True) if request.method == "GET" else {}
    kept = {name: value for name, value in query.items() if not name.startswith("_")}
    return place(view, lang, **{**kept, **(request.view_args or {})})


def _(text: str, **values: object) -> str:
    """``text`` in the language of this request's address."""
    return str(gettext(text, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, as ``count`` asks for in the reader's language."""
    return str(babel_ngettext(one, many, count, **values))
