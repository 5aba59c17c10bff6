"""Wordings that organizers published; each replaces a text that the service ships."""

from sqlmodel import Session, col, select

from campaign.proposals.models import TextVersion

WORDING = "wording"
# Ask code, kind, language; or group, name, language of a text that several asks share.
Cell = tuple[str, str, str]


def key(code: str, kind: str) -> str:
    """The key of a wording's versions: ``committee_chair-call``, or ``staff-hello`` for a shared text."""
    return f"{code}-{kind}"


def cell(written: str) -> tuple[str, str]:
    """Ask code and kind (or group and name) from a key; neither need be known."""
    code, _dash, kind = written.partition("-")
    return code, kind


def wordings(session: Session, campaign: str) -> dict[Cell, str]:
    """The texts that a campaign published: of each wording, the version published last."""
    rows = select(TextVersion).where(TextVersion.campaign == campaign, TextVersion.kind == WORDING)
    rows = rows.where(col(TextVersion.published_at).is_not(None))
    found: dict[Cell, str] = {}
    for row in session.exec(rows.order_by(col(TextVersion.published_at), col(TextVersion.id))):
        code, kind = cell(row.key)
        texts = {lang: row.content[f"text_{lang}"] for lang in ("en", "es")}
        # One language of a text that ships may be the campaign's, and the other the program's.
        found |= {(code, kind, lang): text for lang, text in texts.items() if text}
    return found
