"""How each chamber passed a measure, and how a measure of an ended Congress came out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from campaign.congress.actions import Line
from campaign.congress.bills import Chamber, day_in_words, ordinal
from campaign.congress.ledger import BillRecord
from campaign.congress.stage_names import Stage, in_language
from campaign.congress.stage_rules import Signal, signals_of

_PASSED: dict[Signal, Chamber] = {Signal.passed_house: "house", Signal.passed_senate: "senate"}
# "Agreed to by the Yeas and Nays: (2/3 required): 311 - 106 (Roll no. 9)", "by Yea-Nay Vote. 85 - 14."
_TALLY = re.compile(
    r"(?:Yeas and Nays|recorded vote|Yea-Nay Vote)[:. ]*(?:\(\d/\d required\)[:. ]*)?(\d{1,3}) ?- ?(\d{1,3})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """A chamber's first vote for a measure. ``tally`` is (yeas, nays), None where no line has a count."""

    chamber: Chamber
    day: date
    tally: tuple[int, int] | None


def passages(lines: Iterable[Line]) -> tuple[Passage, ...]:
    """The first passage in each chamber, in the order of ``lines``, oldest first.

    Two systems write a line for one vote; the tally is that of the first line of the day that has one.
    """
    found: dict[Chamber, Passage] = {}
    for line in lines:
        for chamber in {_PASSED[signal] for signal in signals_of(line.text, line.codes) if signal in _PASSED}:
            known = found.setdefault(chamber, Passage(chamber, line.acted, None))
            if known.tally is None and known.day == line.acted:
                found[chamber] = Passage(chamber, line.acted, tally_of(line.text))
    return tuple(found.values())


def tally_of(text: str) -> tuple[int, int] | None:
    """Yeas and nays as a line of a bill's history gives them."""
    found = _TALLY.search(text)
    return (int(found[1]), int(found[2])) if found else None


def outcome(record: BillRecord, lang: str) -> str:
    """How a measure of an ended Congress came out: ``Passed the House, 311 to 106, on June 10, 2008; expired
    with the 110th Congress, January 3, 2009``. Empty while its Congress sits, and where nothing is known."""
    stage = record.stage.stage
    if not record.ended or stage in (Stage.unknown, Stage.reserved):
        return ""
    # A law has passed both chambers; a resolution is agreed to by the very vote.
    told = [] if stage is Stage.law else [_passed(each, stage, lang) for each in passages(record.actions)]
    if stage is not Stage.agreed_to or not told:
        told.append(_end(record, lang))
    said = "; ".join(told)
    return f"{said[:1].upper()}{said[1:]}"


def _passed(passage: Passage, stage: Stage, lang: str) -> str:
    verb = _ADOPTED if stage is Stage.agreed_to else _VERB
    count = in_language(_COUNT, lang).format(*passage.tally) if passage.tally else ""
    return in_language(_ON, lang).format(
        f"{in_language(verb, lang)} {in_language(_CHAMBERS[passage.chamber], lang)}{count}",
        day_in_words(passage.day, lang),
    )


def _end(record: BillRecord, lang: str) -> str:
    reading = record.stage
    if reading.stage is Stage.died:
        day = reading.since or record.moment.date()
        congress = ordinal(record.bill.congress, lang)
        return in_language(_EXPIRED, lang).format(congress, day_in_words(day, lang))
    label = in_language(_BECAME_LAW, lang) if reading.stage is Stage.law else reading.label(lang)
    said = f"{label[:1].lower()}{label[1:]}"
    return in_language(_ON, lang).format(said, day_in_words(reading.since, lang)) if reading.since else said


_CHAMBERS = {"house": ("the House", "la Cámara de Representantes"), "senate": ("the Senate", "el Senado")}
_VERB = ("passed", "aprobado por")
_ADOPTED = ("agreed to by", "aprobada por")
_COUNT = (", {} to {},", ", {} votos a {},")
_ON = ("{} on {}", "{} el {}")
_EXPIRED = ("expired with the {} Congress, {}", "venció con el {} Congreso, el {}")
_BECAME_LAW = ("became law", "se convirtió en ley")
