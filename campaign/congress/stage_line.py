"""The steps on a bill's page: those that a measure of its type takes, and which are done. No I/O."""

from dataclasses import dataclass
from datetime import date

from campaign.congress.bills import BillId
from campaign.congress.stage_names import LABELS, Stage
from campaign.congress.stages import CONCURRENT, SIMPLE, StageReading

_FIRST_PASSAGES = frozenset({Stage.passed_house, Stage.passed_senate})


@dataclass(frozen=True)
class Step:
    """One step of a measure. ``state`` is ``done``, ``now`` (the furthest one done), ``skipped`` (a later
    one is done), ``ahead``, or ``closed`` where nothing can follow any more."""

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
    """The steps that a measure of this type takes, in order, and how each stands."""
    days = dict(reading.days)
    path = _path(bill, reading)
    done = [stage in days or stage is reading.reached for stage in path]
    ahead = "closed" if reading.final else "ahead"
    steps = []
    for i, stage in enumerate(path):
        later = any(done[i + 1 :])
        state = ("done" if later else "now") if done[i] else ("skipped" if later else ahead)
        en, es = _step_words(bill, stage)
        steps.append(Step(stage, state, days.get(stage), en, es))
    return steps


def _path(bill: BillId, reading: StageReading) -> list[Stage]:
    path = [Stage.introduced, Stage.in_committee, Stage.reported]
    if bill.type in SIMPLE:
        return [*path, Stage.failed if reading.reached is Stage.failed else Stage.agreed_to]
    first = Stage.passed_house if bill.chamber == "house" else Stage.passed_senate
    # The vote of the other chamber may be known while the line of the first one is missing.
    path.append(reading.reached if reading.reached in _FIRST_PASSAGES else first)
    if bill.type in CONCURRENT:
        both = [Stage.passed_both] if "differences" in reading.flags else []
        return [*path, *both, Stage.agreed_to]
    path.append(Stage.passed_both)
    if "constitutional" in reading.flags:
        return [*path, Stage.to_states]
    path.append(Stage.to_president)
    return [*path, Stage.vetoed if reading.reached is Stage.vetoed else Stage.law]


def _step_words(bill: BillId, stage: Stage) -> tuple[str, str]:
    # The second passage is that of the other chamber, and is named so.
    if stage is Stage.passed_both:
        return LABELS[Stage.passed_senate if bill.chamber == "house" else Stage.passed_house]
    return LABELS[stage]
