"""Wordings that organizers wrote and published; whatever is not here is said as the service ships it."""

from sqlmodel import Session, col, select

from campaign.proposals.models import TextVersion

WORDING = "wording"
# Ask code, kind, language; or group, name, language of a text that asks share.
Cell = tuple[str, str, str]


def key(code: str, kind: str) -> str:
    """``committee_chair-call`` or ``staff-hello``: what the versions of one wording are kept under."""
    return f"{code}-{kind}"


def cell(written: str) -> tuple[str, str]:
    """Ask code and kind of a key, or group and name; both may be unknown."""
    code, _dash, kind = written.partition("-")
    return code, kind


def wordings(session: Session) -> dict[Cell, str]:
    """The texts that readers see instead of the shipped ones: of each wording the one published last."""
    rows = select(TextVersion).where(TextVersion.what == WORDING, col(TextVersion.published_at).is_not(None))
    found: dict[Cell, str] = {}
    for row in session.exec(rows.order_by(col(TextVersion.published_at), col(TextVersion.id))):
        code, kind = cell(row.key)
        found |= {(code, kind, lang): row.content[f"text_{lang}"] for lang in ("en", "es")}
    return found
