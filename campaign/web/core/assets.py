"""Files that browsers keep for a year, under an address with the fingerprint of their content.

Beside those of ``static`` some are made: the style sheets and the face of headings. Each is made when first
asked for and kept in ``var/cache``, where every process finds it.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

import fontTools
import tinycss2
from flask import Flask, Response, abort, current_app, request, url_for

from campaign.settings import shipped
from campaign.web.core import stylesheet, typeface

ENDPOINT: Final = "assets"
CACHE: Final = Path("var/cache")
STATIC: Final = Path(__file__).resolve().parents[1] / "static"
SECONDS: Final = 31_536_000


class Made(NamedTuple):
    """A file that is made: ``version`` differs where the result can differ."""

    mimetype: str
    version: Callable[[], str]
    make: Callable[[], bytes]


def attach(app: Flask) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = SECONDS
    app.add_url_rule("/assets/<name>", ENDPOINT, _send)
    app.jinja_env.globals.update(asset=asset)


def asset(name: str) -> str:
    """The address of a style sheet, script, face or picture with its fingerprint."""
    if name in MADE:
        return url_for(ENDPOINT, name=name, v=MADE[name].version())
    return url_for("static", filename=name, v=_digest_of(STATIC / name))


def _send(name: str) -> Response:
    if name not in MADE:
        abort(404)
    response = Response(content(name), mimetype=MADE[name].mimetype)
    immutable = ", immutable" if request.args.get("v") else ""
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}{immutable}"
    response.set_etag(MADE[name].version())
    response.make_conditional(request)
    return response


@cache
def content(name: str) -> bytes:
    """A file that is made, from ``var/cache`` or anew."""
    file = CACHE / f"{MADE[name].version()}-{name}"
    try:
        return file.read_bytes()
    except OSError:
        made = MADE[name].make()
        _keep(file, made)
        return made


def _keep(file: Path, made: bytes) -> None:
    """Put a file into the cache. Where nothing can be written, each process makes its own."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(made)
        os.replace(part, file)
    except OSError:
        current_app.logger.debug("cannot write %s", file)


# --- the style sheet -------------------------------------------------------------------------------


def _bootstrap() -> str:
    sheet = resources.files("flask_bootstrap") / "static/bootstrap5/css/bootstrap.min.css"
    return sheet.read_text()


def _own() -> str:
    return (STATIC / "campaign.css").read_text()


@cache
def _names() -> stylesheet.Names:
    return stylesheet.Names.of(file.read_text() for file in sorted(shipped("templates").glob("**/*.html")))


@cache
def _sheet_version() -> str:
    names = _names()
    parts = [tinycss2.__version__, _code(stylesheet), _bootstrap(), _own(), face_version()]
    parts += [" ".join(sorted(found)) for found in (names.tags, names.classes, names.data)]
    return _digest("\n".join(parts).encode())


def _sheet() -> bytes:
    face = typeface.rule(f"display.woff2?v={face_version()}")
    return (face + stylesheet.combined(_bootstrap(), _own(), _names())).encode()


def _embed_own() -> str:
    return (STATIC / "embed.css").read_text()


@cache
def _embed_names() -> stylesheet.Names:
    """What pages for frames use: their templates and the macros that draw bars and maps."""
    folder = shipped("templates")
    files = [*sorted(folder.glob("embed/*.html")), folder / "public/_progress.html"]
    return stylesheet.Names.of(file.read_text() for file in files)


@cache
def _embed_version() -> str:
    names = _embed_names()
    found = (sorted(each) for each in (names.tags, names.classes, names.data))
    parts = [tinycss2.__version__, _code(stylesheet), _own(), _embed_own(), *map(" ".join, found)]
    return _digest("\n".join(parts).encode())


def _embed_sheet() -> bytes:
    return stylesheet.combined(_own(), _embed_own(), _embed_names()).encode()


# --- the face of headings --------------------------------------------------------------------------


@cache
def face_version() -> str:
    return _digest(f"{fontTools.version}{_code(typeface)}".encode() + typeface.FILE.read_bytes())


MADE: Final = {
    "site.css": Made("text/css", _sheet_version, _sheet),
    "embed.css": Made("text/css", _embed_version, _embed_sheet),
    "display.woff2": Made("font/woff2", face_version, typeface.woff2),
}


# --- fingerprints ----------------------------------------------------------------------------------


def _code(module: object) -> str:
    return Path(str(vars(module)["__file__"])).read_text()


@cache
def _digest_of(file: Path) -> str:
    return _digest(file.read_bytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
