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
    if "reads" not in g:
        g.reads_open = ExitStack()
        g.reads = g.reads_open.enter_context(db.reading(engine()))
    found: Session = g.reads
    return found


def _close(_error: BaseException | None) -> None:
    g.pop("reads", None)
    if stack := g.pop("reads_open", None):
        stack.close()
