"""The second factor: codes of an authenticator, and recovery codes for whoever lost it."""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
import segno
from sqlmodel import Session, col, select

from campaign.accounts.models import RecoveryCode, User
from campaign.accounts.tokens import kept

RECOVERY_CODES = 10
STEP_SECONDS = 30
# One step early or late, for clocks that differ.
TOLERANCE = 1


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, email: str, service: str) -> str:
    """The ``otpauth:`` address that authenticators read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=service)


def picture(secret: str, email: str, service: str) -> str:
    """That address as a QR code: an SVG in a data address, which the content policy allows."""
    return segno.make(address(secret, email, service)).svg_data_uri(scale=4, border=2)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step a code belongs to, one early or late at most; None for a wrong one."""
    digits = "".join(code.split())
    this = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in range(this - TOLERANCE, this + TOLERANCE + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def use_code(user: User, code: str, *, now: datetime) -> bool:
    """Take a code for its user; each is good once, and none older than the last one taken."""
    step = step_of(user.totp_secret, code, now=now) if user.totp_secret else None
    if step is None or step <= user.totp_step:
        return False
    user.totp_step = step
    return True


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten codes of 80 bits, shown once; the old ones end."""
    for old in session.exec(select(RecoveryCode).where(RecoveryCode.user == user.id)):
        session.delete(old)
    session.flush()
    codes = [_readable(secrets.token_bytes(10)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user=user.id or 0, code_hash=kept(_bare(code))) for code in codes)
    session.flush()
    return codes


def use_recovery_code(session: Session, user: User, code: str, *, now: datetime) -> bool:
    found = session.get(RecoveryCode, (user.id, kept(_bare(code))))
    if found is None or found.used_at is not None:
        return False
    found.used_at = now
    session.add(found)
    return True


def recovery_codes_left(session: Session, user: User) -> int:
    left = select(RecoveryCode).where(RecoveryCode.user == user.id, col(RecoveryCode.used_at).is_(None))
    return len(list(session.exec(left)))


def _readable(raw: bytes) -> str:
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _bare(code: str) -> str:
    return "".join(c for c in code.lower() if c.isalnum())
