"""One service for all tests that only read: to build one takes as long as ten pages."""

from collections.abc import Iterator

import pytest
from copies import copy_of
from flask import Flask
from sqlalchemy.engine import Engine

from campaign import db
from campaign.app import create_app
from campaign.proposals import campaigns
from campaign.settings import Settings


@pytest.fixture(scope="session")
def shared_app(snapshot_engine: Engine) -> Flask:
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=snapshot_engine)


@pytest.fixture
def app(shared_app: Flask, clock: None) -> Flask:
    return shared_app


@pytest.fixture(scope="module")
def run_by_an_organization(
    snapshot_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The shipped campaign run by an organization that has said everything about itself."""
    with copy_of(snapshot_engine, tmp_path_factory.mktemp("organization")) as engine:
        with db.writing(engine) as session:
            ours = campaigns.campaign(session, "us-guns-abroad")
            ours.organization, ours.postal_address = "Clean Water Now", "12 Main St, Austin, TX 78701"
            ours.contact, ours.privacy_contact = "hello@example.org", "privacy@example.org"
            ours.donate_url = "https://example.org/give"
            session.add(ours)
        yield engine


@pytest.fixture
def named_app(run_by_an_organization: Engine, clock: None) -> Flask:
    return create_app(Settings(secret_key="x" * 40, geocoder_url=""), engine=run_by_an_organization)
