"""Puts the web service together; ``create_app`` reads as the list of what it is made of."""

from flask import Flask
from sqlalchemy.engine import Engine

from campaign import db
from campaign.settings import Settings, read_settings, shipped
from campaign.web import api, campaign_state, organize, public
from campaign.web.core import (
    assets,
    database,
    errors,
    geocoder,
    health,
    languages,
    page_cache,
    proxies,
    render,
    request_log,
    routing,
    security,
    served,
    typed_text,
    visits,
)
from campaign.web.organize import access
from campaign.web.public import calls, previews

ROOMS = (public.room, organize.room, api.room, api.organize_room, api.metrics_room, health.room)


def create_app(settings: Settings | None = None, *, engine: Engine | None = None) -> Flask:
    """The service as a WSGI application. Opens no connection: the database is asked when a page is.

    ``engine`` is for callers that already hold one (tests, ``campaign run``); else it is opened from the
    settings. Raises Refused where the environment is wrong.
    """
    settings = settings or read_settings()
    app = Flask(__name__, static_folder="web/static", template_folder=str(shipped("templates")))
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_PARTS=50,
        TRUSTED_HOSTS=security.trusted_hosts(settings),
    )
    app.extensions["settings"] = settings
    # What follows adds headers that are cached with a page, so it stands after the page cache.
    request_log.attach(app)
    engine = engine or db.open_engine(
        settings.database_url, statement_milliseconds=db.PAGE_STATEMENT_MILLISECONDS
    )
    page_cache.attach(app, engine)
    visits.attach(app, engine, settings)
    served.attach(app, settings, engine)
    database.attach(app, engine)
    languages.attach(app, settings)
    security.attach(app, settings)
    typed_text.attach(app)
    routing.attach(app)
    render.attach(app)
    assets.attach(app)
    errors.attach(app)
    access.attach(app)
    calls.attach(app, settings)
    previews.attach(app)
    geocoder.attach(app, settings)
    campaign_state.attach(app)
    for room in ROOMS:
        room.register(app)
    # Outermost: everything else may read who is asking, and under which name.
    app.wsgi_app = proxies.Proxies(app.wsgi_app, settings)  # type: ignore[method-assign]
    return app
