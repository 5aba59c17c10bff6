"""What a message says: as JSON, or as a text in the shape that a chat takes. No network."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.models import Change
from campaign.congress.stage_names import Stage
from campaign.outreach.bilingual import Text
from campaign.webhooks.models import WebhookEndpoint

# The longest text that Discord takes.
LONGEST: Final = 1900
SAID: Final = {
    "cosponsored": Text(
        "{bill}: {who} signed on as co-sponsor.",
        "{bill}: firmó el proyecto {who}.",
    ),
    "withdrew": Text("{bill}: {who} withdrew as co-sponsor.", "{bill}: retiró su firma {who}."),
    "withdrawal_retracted": Text(
        "{bill}: Congress corrected its record, {who} did not withdraw.",
        "{bill}: el Congreso corrigió su registro y ya no indica el retiro de {who}.",
    ),
    "stage": Text("{bill}: {stage}.", "{bill}: {stage}."),
}
TEST: Final = Text("This is a test from {campaign}. It works.", "Esta es una prueba de {campaign}. Funciona.")


def change_body(
    endpoint: WebhookEndpoint,
    change: Change,
    people: Mapping[str, Person],
    *,
    name: Text,
    addresses: Mapping[str, str],
) -> str:
    """The body for a change of the ledger. ``name`` is the proposal's, ``addresses`` the bill's page by
    language of the campaign."""
    person = people.get(change.bioguide or "")
    texts = {lang: _said(change, person, name, lang) for lang in addresses}
    data = {
        "campaign": endpoint.campaign,
        "seq": change.seq,
        "bill": change.bill,
        "kind": change.kind,
        "bioguide": change.bioguide,
        "name": person.name if person else None,
        "date": change.happened.isoformat() if change.happened else None,
        "detail": change.detail,
        "text": texts,
        "url": dict(addresses),
    }
    return _shaped(endpoint, f"bill.{change.kind}", change.seen_at, data)


def test_body(endpoint: WebhookEndpoint, titles: Mapping[str, str], *, now: datetime) -> str:
    """The body of a test; ``titles`` are the campaign's by language."""
    texts = {lang: TEST.of(lang).format(campaign=title) for lang, title in titles.items()}
    data = {"campaign": endpoint.campaign, "text": texts, "url": {}}
    return _shaped(endpoint, "webhook.test", now, data)


def _said(change: Change, person: Person | None, name: Text, lang: str) -> str:
    bill = BillId.of(change.bill).short
    reached = str(change.detail.get("to", ""))
    return (
        SAID[change.kind]
        .of(lang)
        .format(
            bill=f"{name.of(lang)}, {bill}" if name.of(lang) else bill,
            who=_who(person) if person else change.bioguide or "",
            stage=Stage(reached).label(lang) if reached in set(Stage) else reached,
        )
    )


def _who(person: Person) -> str:
    mark = "-".join(part for part in (person.party, person.state) if part)
    return f"{person.name} ({mark})"


# --- shapes ----------------------------------------------------------------------------------------


def _shaped(endpoint: WebhookEndpoint, type: str, at: datetime, data: Mapping[str, Any]) -> str:
    if endpoint.shape == "json":
        moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        message: Mapping[str, Any] = {"type": type, "timestamp": moment, "data": data}
    else:
        # The campaign may have given up the language that the chat was set to.
        lang = endpoint.language if endpoint.language in data["text"] else next(iter(data["text"]))
        text, address = data["text"][lang], data["url"].get(lang, "")
        message = _CHATS[endpoint.shape](text, address)
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _slack(text: str, address: str) -> dict[str, Any]:
    """https://docs.slack.dev/messaging/formatting-message-text: three characters are escaped."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": _lines(escaped, f"<{address}>" if address else ""), "unfurl_links": False}


def _discord(text: str, address: str) -> dict[str, Any]:
    """https://docs.discord.com/developers/resources/webhook: nobody is called by a name in the text."""
    return {"content": _lines(text, address)[:LONGEST], "allowed_mentions": {"parse": []}}


def _mattermost(text: str, address: str) -> dict[str, Any]:
    return {"text": _lines(text, address)}


def _lines(*parts: str) -> str:
    found: Sequence[str] = [part for part in parts if part]
    return "\n".join(found)


_CHATS: Final[dict[str, Callable[[str, str], dict[str, Any]]]] = {
    "slack": _slack,
    "discord": _discord,
    "mattermost": _mattermost,
}
