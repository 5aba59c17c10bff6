"""Settings from the environment variables ``CAMPAIGN_*``, validated when read."""

import os
import re
import secrets
from email.utils import parseaddr
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from campaign.refusals import Refused

PACKAGE = Path(__file__).resolve().parent
KNOWN_SECRETS = {"changeme", "change-me", "secret", "dev", "development", "password"}
SHORTEST_SECRET = 32
# Thirty-two times the same letter is no secret.
FEWEST_CHARACTERS = 8
DEMO_KEY = "DEMO_KEY"


RAW = (
    "holds a character that an address cannot have: in its user name or password write %2F for /, %23 for #, "
    "%3F for ?, %40 for @, %3A for : and %25 for %"
)
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _readable(value: str) -> SplitResult:
    """The parts of an address. Raises ValueError, which never shows the value, where a raw character in a
    password would end it early: what follows would be read, and shown in errors, as a host or port."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(RAW if "@" in value else "is no address: look at its host and port") from None
    userinfo, at, _host = parts.netloc.rpartition("@")
    if "@" in f"{parts.path}{parts.query}{parts.fragment}" or "@" in userinfo or _ESCAPE.search(userinfo):
        raise ValueError(RAW)
    if userinfo.count(":") > 1 or (at and not parts.hostname) or port == 0:
        raise ValueError(RAW)
    return parts


def database_address(value: str) -> str:
    """Raises ValueError, which never shows the value, for what is no address of a database."""
    if value.startswith("sqlite:///"):
        return value
    if value.startswith("postgresql+psycopg://"):
        _readable(value)
        return value
    raise ValueError("must start with sqlite:/// or postgresql+psycopg://")


def _http_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    if not _readable(value).hostname:
        raise ValueError("names no host")
    return value.rstrip("/")


def _origin(value: str) -> str:
    """The service's own address: all links of its pages begin at the root of its host."""
    address = _http_address(value)
    parts = urlsplit(address)
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("is scheme and host alone, like https://campaign.example.org: no path below it")
    return address


def _http_address_or_empty(value: str) -> str:
    return _http_address(value) if value else value


_MAILBOX = re.compile(r"[^\s@<>\"',;:()\[\]\\\\]+@[^\s@<>\"',;:()\\\\]+")


def _mail_address_or_empty(value: str) -> str:
    """An address with or without a name. A placeholder is refused later, when list mail is sent."""
    brackets = [character for character in value if character in "<>"]
    if value and (not _MAILBOX.fullmatch(parseaddr(value)[1]) or brackets not in ([], ["<", ">"])):
        raise ValueError("must be an address such as News <news@example.org>")
    return value.strip()


Origin = Annotated[str, AfterValidator(_origin)]
HttpAddress = Annotated[str, AfterValidator(_http_address)]
HttpAddressOrEmpty = Annotated[str, AfterValidator(_http_address_or_empty)]
MailAddressOrEmpty = Annotated[str, AfterValidator(_mail_address_or_empty)]


MOST_PROXIES = 10
_HOST = re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*(:[0-9]{1,5})?=[a-z0-9]+(-[a-z0-9]+)*")


class Settings(BaseSettings):
    """One field for each variable; README's table and ``.env.example`` list them all."""

    model_config = SettingsConfigDict(env_prefix="CAMPAIGN_", frozen=True, extra="ignore")

    env: Literal["development", "production"] = Field(
        "development", description="`production` refuses to start on a known or short secret key"
    )
    database_url: str = Field(
        "sqlite:///var/campaign.db", description="SQLAlchemy URL; `sqlite:///…` or `postgresql+psycopg://…`"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="signs cookies and links; made on first run and kept in `var/`"
    )
    secret_key_fallbacks: SecretStr = Field(
        SecretStr(""),
        description="retired secret keys, separated by commas: mailed links and suppression outlive a change",
    )
    base_url: Origin = Field("http://127.0.0.1:5000", description="the only origin used in links sent out")
    trusted_proxies: str = Field(
        "",
        description="how many proxies, or which networks, may name a visitor's address, scheme and host",
    )
    hosts: str = Field(
        "", description="host names of single campaigns, separated by commas: `homes.example.org=rural-homes`"
    )
    congress_api_key: SecretStr = Field(SecretStr(""), description="api.congress.gov key; empty = GovInfo only")
    congress_api_url: HttpAddress = Field(
        "https://api.congress.gov/v3", description="where api.congress.gov answers"
    )
    govinfo_url: HttpAddress = Field(
        "https://www.govinfo.gov", description="`/bulkdata/…` and `/sitemap/…` lie below it"
    )
    legislators_url: HttpAddress = Field(
        "https://unitedstates.github.io/congress-legislators",
        description="`/legislators-current.json` … lie below it",
    )
    geocoder_url: HttpAddressOrEmpty = Field(
        "https://geocoding.geo.census.gov/geocoder",
        description="`/geographies/onelineaddress` … lie below it; empty switches it off",
    )
    census_url: HttpAddress = Field(
        "https://www2.census.gov",
        description="the Census Bureau's files: block equivalency and ZIP codes of blocks lie below it",
    )
    tigerweb_url: HttpAddress = Field(
        "https://tigerweb.geo.census.gov/arcgis/rest/services/TIGERweb",
        description="the Census Bureau's map service: `/Legislative/MapServer/0/query` lies below it",
    )
    house_docs_url: HttpAddressOrEmpty = Field(
        "https://docs.house.gov",
        description="the House's floor lists and committee meetings lie below it; empty switches them off",
    )
    senate_url: HttpAddressOrEmpty = Field(
        "https://www.senate.gov",
        description="the Senate's meetings, schedule and roll calls lie below it; empty switches them off",
    )
    clerk_url: HttpAddressOrEmpty = Field(
        "https://clerk.house.gov",
        description="the House's roll calls lie below it; empty switches them off",
    )
    voting_days_url: HttpAddressOrEmpty = Field(
        "https://votingdays.house.gov/voting-days.ics",
        description="the House's calendar of voting days; empty switches it off",
    )
    smtp_url: SecretStr = Field(
        SecretStr("file:var/outbox"),
        description="`smtp://user:pass@host:587?starttls=1`, `smtps://…`, or `file:DIR` (one .eml a message)",
    )
    mail_from: MailAddressOrEmpty = Field(
        "", description="sender of the digest (`Name <news@example.org>`); list mail is refused until it is set"
    )
    postal_address: str = Field(
        "", description="street address under every mail; list mail is refused until it is set"
    )
    return_path: MailAddressOrEmpty = Field(
        "", description="where bounces go (`bounces@…`, tagged `+…` a mail); empty = the sender's own mailbox"
    )
    bounce_mailbox_url: SecretStr = Field(
        SecretStr(""), description="`imaps://user:pass@host/INBOX` that bounces are read from; empty = not read"
    )
    bounce_webhook_key: SecretStr = Field(
        SecretStr(""),
        description="key that webhooks of the mail provider are signed with; empty = refused",
    )
    heartbeat_url: HttpAddressOrEmpty = Field(
        "", description="address of a dead-man check (healthchecks.io shape) that each run of mail reports to"
    )
    timezone: str = Field("America/New_York", description="schedules and the dates people read")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="how much is logged")

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        """Blanks and line breaks around a value, and the quotes that docker --env-file keeps, belong to the
        file it came from."""
        if not isinstance(value, str):
            return value
        text = value.strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
            text = text[1:-1]
        if any(ord(character) < 32 or ord(character) == 127 for character in text):
            raise ValueError("holds a line break or another control character")
        return text

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except Exception as error:
            raise ValueError("is not a time zone such as America/New_York") from error
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _count_or_networks(cls, value: str) -> str:
        text = value.strip()
        if text.isdecimal():
            if int(text) > MOST_PROXIES:
                raise ValueError(f"is the number of proxies before this service, {MOST_PROXIES} at most")
            return value
        for part in filter(None, map(str.strip, text.split(","))):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError(
                    f"{part!r} is no network; write 1, or 10.0.0.0/8, or several with commas"
                ) from None
        return value

    @field_validator("hosts")
    @classmethod
    def _named_hosts(cls, value: str) -> str:
        for pair in filter(None, map(str.strip, value.split(","))):
            if not _HOST.fullmatch(pair):
                raise ValueError(f"{pair!r} is no host with its campaign, like homes.example.org=rural-homes")
        return value

    @field_validator("database_url")
    @classmethod
    def _named_driver(cls, value: str) -> str:
        return database_address(value)

    @field_validator("smtp_url")
    @classmethod
    def _known_transport(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().startswith("file:"):
            return value
        if value.get_secret_value().startswith(("smtp://", "smtps://")):
            _readable(value.get_secret_value())
            return value
        raise ValueError("must start with smtp://, smtps:// or file:")

    @field_validator("bounce_mailbox_url")
    @classmethod
    def _known_mailbox(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            return value
        if value.get_secret_value().startswith("imaps://"):
            _readable(value.get_secret_value())
            return value
        raise ValueError("must start with imaps://")

    @model_validator(mode="after")
    def _production_secret(self) -> "Settings":
        key = self.secret_key.get_secret_value()
        weak = len(key) < SHORTEST_SECRET or key.lower() in KNOWN_SECRETS or len(set(key)) < FEWEST_CHARACTERS
        if self.env == "production" and weak:
            raise ValueError(f"CAMPAIGN_SECRET_KEY must be set to {SHORTEST_SECRET} random characters or more")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def campaign_of_host(self) -> dict[str, str]:
        """The slug of a campaign by the host name that is its own."""
        pairs = (pair.strip().partition("=") for pair in self.hosts.split(",") if pair.strip())
        return {host.lower(): slug for host, _equals, slug in pairs}

    def origin(self, campaign: str) -> str:
        """The origin of a campaign's addresses: its own host's, else the service's."""
        for host, slug in self.campaign_of_host.items():
            if slug == campaign:
                return f"{self.base_url.partition('://')[0]}://{host}"
        return self.base_url

    @property
    def api_key(self) -> str:
        """The api.congress.gov key in clear; empty when none is set."""
        return self.congress_api_key.get_secret_value()

    @property
    def polls_api(self) -> bool:
        """Whether scheduled polls read api.congress.gov. Its DEMO_KEY, with about ten requests an hour for each
        IP address, is for manual tests only (https://api.data.gov/docs/rate-limits/)."""
        return self.api_key not in ("", DEMO_KEY)

    @property
    def retired_keys(self) -> list[str]:
        """Retired secret keys: their signatures are accepted, nothing new is signed with them."""
        return [key.strip() for key in self.secret_key_fallbacks.get_secret_value().split(",") if key.strip()]

    def signing_key(self) -> str:
        """The secret key; where none is set, that of ``var/secret_key`` (mode 0600), made on first use."""
        return self.secret_key.get_secret_value() or _stored_secret(Path("var/secret_key"))


def _stored_secret(path: Path) -> str:
    """Of two processes that start at once, one creates the file and both read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(made, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A hard link, unlike a rename, never replaces an existing file.
            path.hardlink_to(made)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text()


def read_settings() -> Settings:
    """Settings from the environment, and below it from a file ``.env`` in the working folder: so a cron job and
    a person at the command line have those of the service. Raises Refused, which names each wrong variable and
    never its value."""
    try:
        return Settings(_env_file=".env")
    except UnicodeDecodeError:
        raise Refused(
            "The file .env is not written in UTF-8. Save it anew as UTF-8.",
            "El archivo .env no está escrito en UTF-8. Guárdelo de nuevo como UTF-8.",
        ) from None
    except ValidationError as error:
        faults = "; ".join(_fault(e["loc"], e["msg"]) for e in error.errors(include_input=False))
        raise Refused(f"Settings: {faults}", f"Configuración: {faults}") from None


def _fault(where: tuple[int | str, ...], message: str) -> str:
    name = f"CAMPAIGN_{str(where[0]).upper()} " if where else ""
    return name + message.removeprefix("Value error, ")


@cache
def shipped(name: str) -> Path:
    """The folder ``templates`` or ``fixtures``: inside the installed package, or next to it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
