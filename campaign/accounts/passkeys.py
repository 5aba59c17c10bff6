"""Passkeys (WebAuthn level 3): a way in that no password guesser can try or block.

A passkey is bound to the host it was made on. The device checks who holds it (user verification), so it stands
for both factors. A challenge is signed by us and good for one answer, within minutes: to ask for one writes
nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
import webauthn
from sqlmodel import Session, col, select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers import parse_authentication_credential_json as parse_answer
from webauthn.helpers import parse_registration_credential_json as parse_new
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_client_data_json import parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from campaign.accounts import audit
from campaign.accounts.models import Passkey, PasskeyChallenge, User
from campaign.refusals import Refused

CHALLENGE_LASTS = timedelta(minutes=5)
LONGEST_NAME = 60
MOST = 20
VERIFIED = UserVerificationRequirement.REQUIRED
# What the library raises for an answer that is none; a key of an odd curve ends as ValueError.
UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)


@dataclass(frozen=True)
class Site:
    """Where passkeys are made and used: the host's name, its origin (``https://…``), what devices call it,
    the key that signs its challenges, and the time zone of the days of use."""

    host: str
    origin: str
    name: str
    key: str
    zone: tzinfo = UTC

    def challenge(self, now: datetime) -> bytes:
        """A new challenge: when it was made, 16 random bytes, and our signature of both."""
        made = int(now.timestamp()).to_bytes(8, "big") + secrets.token_bytes(16)
        return made + self._signature(made)

    def set(self, challenge: bytes, now: datetime) -> bool:
        """Whether this host set a challenge, and lately."""
        made, age = challenge[:24], now.timestamp() - int.from_bytes(challenge[:8], "big")
        ours = hmac.compare_digest(self._signature(made), challenge[24:])
        return ours and 0 <= age < CHALLENGE_LASTS.total_seconds()

    def _signature(self, made: bytes) -> bytes:
        return hmac.digest(self.key.encode(), b"passkey " + self.host.encode() + made, "sha256")


def of_user(session: Session, user: User) -> list[Passkey]:
    """A user's passkeys of all hosts, the oldest first."""
    return list(session.exec(select(Passkey).where(Passkey.user == user.id).order_by(col(Passkey.id))))


def options_to_make(session: Session, user: User, site: Site, *, now: datetime) -> str:
    """What a browser needs to make a passkey: JSON for ``parseCreationOptionsFromJSON``."""
    known = [
        PublicKeyCredentialDescriptor(base64url_to_bytes(row.credential)) for row in of_user(session, user)
    ]
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_name=user.email,
        user_display_name=user.name or user.email,
        user_id=str(user.id).encode(),
        challenge=site.challenge(now),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
    )
    return webauthn.options_to_json(options)


def add(session: Session, user: User, site: Site, answer: str, name: str, *, now: datetime) -> Passkey:
    """Store what the browser made. Raises Refused for an answer that does not hold, or one passkey too many."""
    if len(of_user(session, user)) >= MOST:
        raise Refused(
            f"You have {MOST} passkeys. Remove one first.",
            f"Ya tiene {MOST} llaves de acceso. Quite una primero.",
        )
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_taken(session, site, parse_new(answer), now),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise _not_made() from error
    row = Passkey(
        user=user.id or 0,
        credential=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        used=made.sign_count,
        host=site.host,
        name=" ".join(name.split())[:LONGEST_NAME],
        made_at=now,
    )
    session.add(row)
    session.flush()
    audit.note(session, user, "passkey added", user.email, now=now)
    return row


def options_to_use(site: Site, *, now: datetime) -> str:
    """What a browser needs to use a passkey, whosever: JSON for ``parseRequestOptionsFromJSON``."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=site.challenge(now), user_verification=VERIFIED
    )
    return webauthn.options_to_json(options)


def use(session: Session, site: Site, answer: str, *, now: datetime) -> User | None:
    """Whose passkey answered; None for an answer that does not hold, and for a user who was switched off."""
    try:
        given = parse_answer(answer)
        challenge = _taken(session, site, given, now)
        row = session.exec(select(Passkey).where(Passkey.credential == given.id).with_for_update()).first()
        if row is None or row.host != site.host:
            return None
        seen = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.used,
            require_user_verification=True,
        )
    except UNREADABLE:
        return None
    row.used, row.last_used = seen.new_sign_count, now.astimezone(site.zone).date()
    session.add(row)
    user = session.get_one(User, row.user)
    return user if user.active else None


def remove(session: Session, user: User, id: int, *, now: datetime) -> None:
    """Remove one of a user's passkeys. Raises Refused (404) for somebody else's."""
    row = session.get(Passkey, id)
    if row is None or row.user != user.id:
        raise Refused("There is no such passkey.", "No existe esa llave de acceso.", status=404)
    session.delete(row)
    audit.note(session, user, "passkey removed", user.email, now=now)


def trim(session: Session, *, now: datetime) -> int:
    """Forget challenges that are too old to be answered again; how many."""
    old = sa.delete(PasskeyChallenge).where(col(PasskeyChallenge.ends_at) < now)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def _taken(session: Session, site: Site, given: Any, now: datetime) -> bytes:
    """The challenge that an answer is to, used up. Raises ValueError for one that is not ours, is old, or was
    answered already."""
    challenge = parse_client_data_json(given.response.client_data_json).challenge
    if not site.set(challenge, now):
        raise ValueError("not our challenge")
    used = PasskeyChallenge(hash=hashlib.sha256(challenge).hexdigest(), ends_at=now + CHALLENGE_LASTS)
    try:
        with session.begin_nested():
            session.add(used)
    except sa.exc.IntegrityError as error:
        raise ValueError("answered already") from error
    return challenge


def _not_made() -> Refused:
    return Refused(
        "The passkey could not be stored. Try again.",
        "No se pudo guardar la llave de acceso. Inténtelo de nuevo.",
    )
