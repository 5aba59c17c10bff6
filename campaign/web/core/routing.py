"""How an address is declared, ``@route(rule, …)`` of its room, and how links to it are made.

``ACCESS`` is the one table of who may see what. Only ``Room.route`` writes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Flask, current_app, request, url_for

from campaign.web.core.languages import LANGUAGES, current

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may see a page, and what the page reads of a request."""

    # The least role of a user; empty: everybody.
    role: str = ""
    # Whether the user must have proven lately who they are.
    proven: bool = False
    # Whether it is about all campaigns: a role in some of them does not reach it.
    everywhere: bool = False
    # Whether what anybody may read is open while its campaign is a draft.
    in_draft: bool = False
    # Whether the page cache may hold the page; a response with ``no-store`` it never holds.
    cached: bool = False
    # All query parameters that the page reads: the rest makes no other page, and no link repeats it.
    query: tuple[str, ...] = ()
    # Bytes of the largest form; None for the service's own limit.
    max_body: int | None = None
    # Whether a post may come from any page or program: its address or its signature proves it, no cookie does.
    any_origin: bool = False
    # Whether any site may show the page in a frame. Such a page reads no cookie.
    framed: bool = False


# The largest number that a column of either database holds.
LARGEST_NUMBER = 2**31 - 1


def number(text: str) -> int:
    """A number of a form or an address. Raises ValueError for one that no row can have."""
    found = int(text)
    if abs(found) > LARGEST_NUMBER:
        raise ValueError(text)
    return found


ACCESS: dict[Callable[..., Any], Access] = {}


def attach(app: Flask) -> None:
    app.jinja_env.globals.update(place=place, same_page=same_page, here=here)


class Room:
    """The pages of one audience: a Flask blueprint whose routes say who may see them.

    ``role`` and ``cached`` hold for all of its routes that do not say otherwise. A room with ``translated``
    pages has each of them twice: at its prefix as ``<name>_en`` and below ``/es`` as ``<name>_es``.
    """

    def __init__(
        self, name: str, *, prefix: str = "", translated: bool = False, role: str = "", cached: bool = False
    ) -> None:
        self.blueprint = Blueprint(name, __name__)
        self.prefix = prefix
        self.role = role
        self._translated = translated
        self._cached = cached

    def route(
        self,
        rule: str,
        *,
        methods: tuple[str, ...] = ("GET",),
        role: str | None = None,
        proven: bool = False,
        everywhere: bool = False,
        in_draft: bool = False,
        query: tuple[str, ...] = (),
        max_body: int | None = None,
        any_origin: bool = False,
        framed: bool = False,
    ) -> Callable[[View], View]:
        """Declare the address of a view, and what ``Access`` says of it."""

        def declare(view: View) -> View:
            ACCESS[view] = Access(
                role=self.role if role is None else role,
                proven=proven,
                everywhere=everywhere,
                in_draft=in_draft,
                cached=self._cached,
                query=query,
                max_body=max_body,
                any_origin=any_origin,
                framed=framed,
            )
            self.blueprint.add_url_rule(rule, view_func=view, methods=list(methods))
            return view

        return declare

    def register(self, app: Flask) -> None:
        """Put the room's pages into the service, in both languages where they are translated."""
        name = self.blueprint.name
        if not self._translated:
            app.register_blueprint(self.blueprint, url_prefix=self.prefix)
            return
        for lang in LANGUAGES:
            start = "" if lang == "en" else f"/{lang}"
            app.register_blueprint(self.blueprint, name=f"{name}_{lang}", url_prefix=start + self.prefix)


def access(endpoint: str | None = None) -> Access | None:
    """What the route of an endpoint, by default this request's, declares; None where no room declared it."""
    view = current_app.view_functions.get(endpoint or request.endpoint or "")
    return ACCESS.get(view) if view else None


def view_name(endpoint: str | None = None) -> str:
    """The name of an endpoint's view, by default of this request's, without its room; empty where there is
    none."""
    return (endpoint or request.endpoint or "").rpartition(".")[2]


def here(*views: str) -> bool:
    """Whether this page is one of these views, in either language."""
    return view_name() in views


def is_organizers(path: str) -> bool:
    """Whether an address is one of the organizers' pages."""
    return path.startswith(("/organize", "/es/organize"))


# --- links between public pages --------------------------------------------------------------------


def place(view: str, lang: str | None = None, /, **values: Any) -> str:
    """The address of a public page in the reader's language, or in ``lang``."""
    return url_for(f"public_{lang or current()}.{view}", **values)


def same_page(lang: str) -> str:
    """Where this very page is in ``lang``, with its query; the front page where it is no public one."""
    blueprint, _dot, view = (request.endpoint or "").rpartition(".")
    if not blueprint.startswith("public_"):
        return place("campaign", lang)
    return place(view, lang, **{**kept_query(), **(request.view_args or {})})


def kept_query() -> dict[str, str]:
    """The query parameters of this request that its page reads."""
    found = access()
    return {name: request.args[name] for name in (found.query if found else ()) if name in request.args}
