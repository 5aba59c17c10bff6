"""What comes in with a request, cleaned once at the edge: no control characters, and one form of each letter.

A NUL is text to SQLite and an error to PostgreSQL; other controls are seen by nobody and break exports. An
accented letter may come as one character or as two, which no search would find equal (Unicode form NFC).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from campaign.web.core import routing

# Line breaks and tabs are text. Surrogates are no characters: no database stores them.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A password is what was typed, as its hash was made.
AS_TYPED = ("password", "answer")


def clean(text: str) -> str:
    """A text without control characters, in Unicode form NFC."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", CONTROLS.sub("", text))


class CleanValues(ImmutableMultiDict[str, Any]):
    """The names and values of a query or a form, cleaned; files stay as they are."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(list(_cleaned(_pairs(mapping))))


def _pairs(mapping: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(mapping, MultiDict):
        return mapping.items(multi=True)
    return mapping.items() if isinstance(mapping, Mapping) else mapping or ()


def _cleaned(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        typed = isinstance(value, str) and name not in AS_TYPED
        yield clean(name), clean(value) if typed else value


class CleanRequest(Request):
    """A request whose query and form are clean."""

    parameter_storage_class = CleanValues


def attach(app: Flask) -> None:
    app.request_class = CleanRequest

    @app.before_request
    def refuse_what_no_address_holds() -> None:
        """No address of ours has a control character or a number beyond all rows, so none is looked up."""
        values = (request.view_args or {}).values()
        if CONTROLS.search(request.path) or any(
            isinstance(v, int) and v > routing.LARGEST_NUMBER for v in values
        ):
            abort(404)
