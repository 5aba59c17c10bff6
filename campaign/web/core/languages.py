"""English at ``/``, Spanish at ``/es/…``: the address alone decides, so both can be cached and shared."""

from typing import Any

from flask import Blueprint, Flask, request, url_for
from flask_babel import Babel, gettext
from flask_babel import ngettext as babel_ngettext

from campaign.settings import Settings

LANGUAGES = {"en": "English", "es": "Español"}
# What each public page reads of its address. The rest of a query is nobody's: it makes no other page, and no
# link repeats it.
QUERY: dict[str, tuple[str, ...]] = {
    "campaign": (),
    "find": ("zip", "state", "district"),
    "districts": (),
    "act": ("member", "bill", "kind"),
    "both": ("member", "bill", "kind"),
    "aloud": ("member", "bill"),
    "thanks": (),
    "bills": ("q",),
    "bill": ("on", "sort"),
    "proposal": (),
    "privacy": (),
    "data": (),
    "changes": (),
}
# Pages that are not kept read no more than these.
OF_OTHERS = ("member", "bill", "seat", "v", "points", "office")


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


def place(view: str, lang: str | None = None, /, **values: Any) -> str:
    """The address of a public page in the reader's language, or in ``lang``."""
    return url_for(f"{lang or current()}.{view}", **values)


def same_page(lang: str) -> str:
    """Where this very page is in ``lang``, with its query; the front page when nothing was found here."""
    if request.endpoint is None or "." not in request.endpoint:
        return place("campaign", lang)
    blueprint, view = request.endpoint.rsplit(".", 1)
    if blueprint not in LANGUAGES:
        return place("campaign", lang)
    return place(view, lang, **{**kept_query(view), **(request.view_args or {})})


def kept_query(view: str) -> dict[str, str]:
    """What this page read of its query; of all else nothing is repeated."""
    query = request.args.to_dict(flat=True)
    return {name: query[name] for name in QUERY.get(view, OF_OTHERS) if name in query}


def _(text: str, **values: object) -> str:
    """``text`` in the language of this request's address."""
    return str(gettext(text, **values))


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """``one`` or ``many``, as ``count`` asks for in the reader's language."""
    return str(babel_ngettext(one, many, count, **values))
