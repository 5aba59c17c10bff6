"""Settings are refused when wrong, by name and never by value."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from campaign.refusals import Refused
from campaign.settings import Settings, read_settings, shipped

GOOD_KEY = "0123456789abcdefghij" * 2
PART = "S3cretPart"


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


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_of_settings_in_another_encoding_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encoding: str
) -> None:
    (tmp_path / ".env").write_text("CAMPAIGN_MAIL_FROM=Campaña <news@campaign-host.org>\n", encoding=encoding)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match="UTF-8"):
        read_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}/rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}#rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}?rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}@rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}:rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}%rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}[rest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}\nrest@relay.example:587"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}@relay.example:99999"),
        ("CAMPAIGN_SMTP_URL", f"smtp://user:{PART}@[::1"),
        ("CAMPAIGN_DATABASE_URL", f"postgresql+psycopg://app:p@{PART}#1@127.0.0.1/app"),
        ("CAMPAIGN_DATABASE_URL", f"postgresql+psycopg://app:{PART}/1@127.0.0.1/app"),
        ("CAMPAIGN_BOUNCE_MAILBOX_URL", f"imaps://box:{PART}#x@mail.example/INBOX"),
        ("CAMPAIGN_BASE_URL", "https://[x"),
        ("CAMPAIGN_BASE_URL", f"https://campaign.example.org/{PART}"),
        ("CAMPAIGN_BASE_URL", f"https://u:{PART}@campaign.example.org"),
        ("CAMPAIGN_GEOCODER_URL", "https://"),
        ("CAMPAIGN_CONGRESS_API_KEY", f"{PART}\nX-Other: header"),
        ("CAMPAIGN_MAIL_FROM", f"News <news@{PART}.example.org>>"),
    ],
)
def test_s27_an_address_that_would_be_read_wrongly_is_refused_at_the_start_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        read_settings()
    assert name in refused.value.en
    assert PART not in refused.value.en + refused.value.es


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("CAMPAIGN_MAIL_FROM", '"News <news@campaign.test.org>"', "News <news@campaign.test.org>"),
        (
            "CAMPAIGN_MAIL_FROM",
            '"News, weekly" <news@campaign.test.org>',
            '"News, weekly" <news@campaign.test.org>',
        ),
        ("CAMPAIGN_TIMEZONE", "'America/Chicago'\n", "America/Chicago"),
        ("CAMPAIGN_BASE_URL", " https://campaign.example.org/ ", "https://campaign.example.org"),
        ("CAMPAIGN_DATABASE_URL", "postgresql+psycopg://a:p%40ss%231@[::1]:5432/x", None),
        (
            "CAMPAIGN_SMTP_URL",
            "smtp://AKIA:Aq+Amk%2FU8@email-smtp.amazonaws.com:587?starttls=1",
            None,
        ),
        ("CAMPAIGN_SMTP_URL", "smtp://user%40host.org:pass@relay.example", None),
        ("CAMPAIGN_CONGRESS_API_KEY", "TESTKEY\n", "TESTKEY"),
    ],
)
def test_what_a_file_puts_around_a_value_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: str | None
) -> None:
    monkeypatch.setenv(name, value)
    found = getattr(read_settings(), name.removeprefix("CAMPAIGN_").lower())
    secret = found.get_secret_value() if isinstance(found, SecretStr) else found
    assert secret == (value if read is None else read)


@pytest.mark.parametrize("key", ["", "changeme", "short", "a" * 31, "a" * 40, "x1" * 20])
def test_s27_production_needs_a_real_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("CAMPAIGN_ENV", "production")
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", key)
    with pytest.raises(Refused, match="CAMPAIGN_SECRET_KEY"):
        read_settings()


def test_production_starts_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMPAIGN_ENV", "production")
    monkeypatch.setenv("CAMPAIGN_SECRET_KEY", GOOD_KEY)
    assert read_settings().signing_key() == GOOD_KEY


def test_a_file_beside_the_service_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A nightly backup by cron has no environment: it must not find another database than the service's."""
    (tmp_path / ".env").write_text(
        "# the service\nCAMPAIGN_DATABASE_URL=postgresql+psycopg://app@db.test-host.org/campaign\n"
        'CAMPAIGN_MAIL_FROM="News <news@campaign.test.org>"\nCAMPAIGN_TIMEZONE=America/Chicago\nOTHER=1\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAMPAIGN_DATABASE_URL", raising=False)
    monkeypatch.setenv("CAMPAIGN_TIMEZONE", "America/Denver")
    settings = read_settings()
    assert settings.database_url == "postgresql+psycopg://app@db.test-host.org/campaign"
    assert (settings.mail_from, settings.timezone) == ("News <news@campaign.test.org>", "America/Denver")


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
