"""The steps of a measure on its page: which are done, which comes next. No I/O."""

from dataclasses import dataclass
from datetime import date

from campaign.congress.bills import BillId
from campaign.congress.stage_names import LABELS, Stage
from campaign.congress.stages import CONCURRENT, SIMPLE, StageReading

_FIRST_PASSAGES = frozenset({Stage.passed_house, Stage.passed_senate})


@dataclass(frozen=True)
class Step:
    """One step on the way of a measure of this type. ``state`` is ``done``, ``now`` (done, and the
    furthest), ``skipped`` (passed by without it) or ``ahead`` (``closed`` once nothing can follow)."""

    stage: Stage
    state: str
    day: date | None
    en: str
    es: str

    @property
    def done(self) -> bool:
        return self.state in ("done", "now")

    def label(self, lang: str) -> str:
        return self.es if lang == "es" else self.en


def stage_line(bill: BillId, reading: StageReading) -> list[Step]:
    """The steps a measure of this type takes, and which of them it has taken."""
    days = dict(reading.days)
    path = _path(bill, reading)
    reached = max((i for i, stage in enumerate(path) if stage in days or stage is reading.reached), default=-1)
    ahead = "closed" if reading.final else "ahead"
    steps = []
    for i, stage in enumerate(path):
        done = stage in days or stage is reading.reached
        state = ("now" if i == reached else "done") if done else ("skipped" if i < reached else ahead)
        en, es = _step_words(bill, stage)
        steps.append(Step(stage, state, days.get(stage), en, es))
    return steps


def _path(bill: BillId, reading: StageReading) -> list[Stage]:
    path = [Stage.introduced, Stage.in_committee, Stage.reported]
    if bill.type in SIMPLE:
        return [*path, Stage.failed if reading.reached is Stage.failed else Stage.agreed_to]
    first = Stage.passed_house if bill.chamber == "house" else Stage.passed_senate
    # The other chamber's vote may be known while the line of the first one is missing.
    path.append(reading.reached if reading.reached in _FIRST_PASSAGES else first)
    if bill.type in CONCURRENT:
        both = [Stage.passed_both] if "differences" in reading.flags else []
        return [*path, *both, Stage.agreed_to]
    path.append(Stage.passed_both)
    if "constitutional" in reading.flags:
        return [*path, Stage.to_states]
    path.append(Stage.to_president)
    return [*path, Stage.vetoed] if reading.reached is Stage.vetoed else [*path, Stage.law]


def _step_words(bill: BillId, stage: Stage) -> tuple[str, str]:
    # The second passage is the other chamber's, and is said so.
    if stage is Stage.passed_both:
        return LABELS[Stage.passed_senate if bill.chamber == "house" else Stage.passed_house]
    return LABELS[stage]
