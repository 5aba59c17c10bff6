"""Signatures after Standard Webhooks (https://www.standardwebhooks.com, version 1.0.0).

An endpoint's secret is computed from its salt and the service's secret key, so no copy of the database holds
it. Retired keys sign beside the present one: after a change of the key receivers can still verify with the
secret that they have.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from campaign.settings import Settings

PREFIX: Final = "whsec_"


def keys(settings: Settings) -> list[str]:
    """The keys that sign, the present one first."""
    return [settings.signing_key(), *settings.retired_keys]


def secret(key: str, salt: str) -> str:
    """The secret of an endpoint, as its receiver is given it: 32 bytes in Base64."""
    made = hmac.digest(key.encode(), f"webhook secret\0{salt}".encode(), hashlib.sha256)
    return PREFIX + base64.b64encode(made).decode()


def headers(signing_keys: Sequence[str], salt: str, webhook_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers of a message that is sent at a moment."""
    moment = at.astimezone(UTC)
    signatures = (Webhook(secret(key, salt)).sign(webhook_id, moment, body) for key in signing_keys)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
