"""Settings are refused when wrong, by name and never by value."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from campaign.refusals import Refused
from campaign.settings import Settings, read_settings, shipped

GOOD_KEY = "x1" * 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAMPAIGN_TIMEZONE", "Mars/Olympus"),
        ("CAMPAIGN_TIMEZONE", ""),
        ("CAMPAIGN_TIMEZONE", "../../etc/passwd"),
        ("CAMPAIGN_BASE_URL", "campaign.example.org"),
        ("CAMPAIGN_BASE_URL", "ftp://campaign.example.org"),
        ("CAMPAIGN_CONGRESS_API_URL", ""),
        ("CAMPAIGN_DATABASE_URL", "mysql://host/db"),
        # SQLAlchemy would choose a driver by itself, and its choice has changed once.
        ("CAMPAIGN_DATABASE_URL", "postgresql://host/db"),
        ("CAMPAIGN_LOG_LEVEL", "LOUD"),
        ("CAMPAIGN_ENV", "staging"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        read_settings()
    for lang in ("en", "es"):
        assert name in refused.value.text(lang)
        assert not value or value not in refused.value.text(lang)


@pytest.mark.parametrize("key", ["", "changeme", "short", "a" * 31])
def test_production_needs_a_real_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("CAMPAIGN_ENV", "production")
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", key)
    with pytest.raises(Refused, match="CAMPAIGN_SECRET_KEY"):
        read_settings()


def test_production_starts_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_ENV", "production")
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", GOOD_KEY)
    assert read_settings().signing_key() == GOOD_KEY


def test_secrets_do_not_show() -> None:
    settings = Settings(secret_key="s3cret-one", congress_api_key="s3cret-two")
    assert "s3cret" not in repr(settings) + str(settings.model_dump())


def test_a_key_is_made_once_and_kept_for_oneself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAMPAIGN_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Settings().signing_key(), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "var/secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["templates", "fixtures"])
def test_shipped_folders_are_found(name: str) -> None:
    assert any(shipped(name).iterdir())
