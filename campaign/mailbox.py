"""Whether a text can be the address of a mailbox; whether the mailbox exists is not asked."""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

# Mail to addresses here is answered by the transport itself, so that trying out opens no connection.
SIMULATED = "simulate.invalid"
LONGEST = 254
# What goes onto the wire as it is, by its form alone. The domain may be one of a network's own.
PLAIN = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TRIED_OUT = re.compile(rf"[a-z0-9.+-]{{1,64}}@{re.escape(SIMULATED)}")


@dataclass(frozen=True)
class Mailbox:
    """The two parts of an address: ``local`` in the normal form of Unicode, ``domain`` in ASCII."""

    local: str
    domain: str


def read(text: str) -> Mailbox | None:
    """The mailbox that an address names; None for what cannot be an address."""
    if _TRIED_OUT.fullmatch(text.lower()):
        return Mailbox(text.lower().rpartition("@")[0], SIMULATED)
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            globally_deliverable=False,
            strict=True,
        )
    except (EmailNotValidError, UnicodeError):
        return None
    domain = (found.ascii_domain or "").lower()
    return Mailbox(found.local_part, domain) if "." in domain and len(text) <= LONGEST else None
