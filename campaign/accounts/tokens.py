"""Random words that open doors, and the hashes that are kept of them."""

import hashlib
import hmac
import json
import secrets
from typing import Any

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, as they go into a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def kept(token: str) -> str:
    """What is stored of a token. A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed(secret: str, *parts: str) -> str:
    """A hash of something that could be guessed (an address), useless without the service's secret."""
    return hmac.new(secret.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def fingerprint(value: Any) -> str:
    """A short hash of a value as JSON, equal for equal values; empty for None."""
    if value is None:
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
