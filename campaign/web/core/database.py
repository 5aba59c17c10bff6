"""One reading session a request, opened when the first question is asked and closed at the end."""

from contextlib import ExitStack

from flask import Flask, current_app, g
from sqlalchemy.engine import Engine
from sqlmodel import Session

from campaign import db


def attach(app: Flask, engine: Engine) -> None:
    app.extensions["engine"] = engine
    app.teardown_appcontext(_close)


def engine() -> Engine:
    found: Engine = current_app.extensions["engine"]
    return found


def session() -> Session:
    """This request's reading session."""
    if "database_session" not in g:
        g.session_scope = ExitStack()
        g.database_session = g.session_scope.enter_context(db.reading(engine()))
    found: Session = g.database_session
    return found


def _close(_error: BaseException | None) -> None:
    g.pop("database_session", None)
    if stack := g.pop("session_scope", None):
        stack.close()
