"""How often a suggested pair of bills is one, by the relations that the Congressional Research Service states.

Every two bills of one Congress that share a title or an official title are judged by the product's own rules,
with the researchers' relations hidden, and compared with them: precision is the share of the suggested pairs
that they call identical or related, recall the share of all their identical pairs that is suggested. They are
weeks behind and look at one Congress only, so precision is a lower bound; the bills that the shipped campaign
holds for one proposal count as related, too, and are told apart. ``as if across`` judges the same
pairs as if the older bill were of the Congress before: what the rules for a return make of them.
"""

import gzip
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

from benchmarks.figures import Figure
from campaign.congress import govinfo
from campaign.congress.listing import head_of
from campaign.congress.models import Bill
from campaign.congress.observation import Observation
from campaign.congress.titles import names_an_idea, title_key
from campaign.proposals.kinship import GOOD, HIGH, Pair, judge
from campaign.proposals.suggestions import WORTH_SUGGESTING, series_key
from campaign.refusals import SourceError
from campaign.settings import shipped
from campaign.snapshot import files

# Within so long of the data's newest day researchers have not yet linked all bills.
LAG = timedelta(days=90)
PRECISION, RECALL = 0.9, 0.75
READ = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Bills:
    """Bills of a file, and by pair of ids what researchers call it: True for identical, False for related.

    ``confirmed`` are the pairs that the shipped campaign holds for one proposal.
    """

    rows: dict[str, Bill] = field(default_factory=dict)
    joined: dict[str, frozenset[str]] = field(default_factory=dict)
    relations: dict[frozenset[str], bool] = field(default_factory=dict)
    confirmed: set[frozenset[str]] = field(default_factory=set)

    def add(self, observation: Observation) -> None:
        id, head = observation.bill, head_of(observation)
        number = observation.bill_id
        self.rows[id] = Bill(
            id=id,
            congress=number.congress,
            type=number.type,
            number=number.number,
            title=head.title,
            official_title=head.official_title,
            title_key=title_key(head.title),
            official_key=title_key(head.official_title),
            introduced=head.introduced,
            sponsor=head.sponsor,
            policy_area=observation.policy_area,
        )
        self.joined[id] = frozenset(row.bioguide for row in observation.cosponsors if row.withdrawn is None)
        for row in observation.related or ():
            pair = frozenset((id, row.bill))
            self.relations[pair] = self.relations.get(pair, False) or row.identical

    @property
    def compared(self) -> list[Bill]:
        """Bills of Congresses of which the files state any relation; of others nothing can be said."""
        stated = {self.rows[id].congress for pair in self.relations for id in pair & self.rows.keys()}
        return [bill for bill in self.rows.values() if bill.congress in stated]

    @property
    def identical(self) -> set[frozenset[str]]:
        """The pairs called identical of which both bills are here."""
        return {pair for pair, same in self.relations.items() if same and pair <= self.rows.keys()}


def measure(files: Iterable[Path]) -> list[Figure]:
    bills = read(files)
    if not bills.rows:
        return [Figure("lineage", "no bills: --bills FILE (BILLSTATUS zips or JSON lines)", "", True)]
    inside, across = list(_judged(bills, across=False)), list(_judged(bills, across=True))
    settled = max(bill.introduced for bill in bills.rows.values() if bill.introduced) - LAG
    high = [row for row in inside if row.score >= HIGH]
    figures = [
        Figure(
            "lineage: bills, identical pairs among them",
            f"{len(bills.compared)}, {len(bills.identical)}",
            "",
            True,
        ),
        _precision("lineage: identical or related at high", high, PRECISION, bills.confirmed),
        _precision("the same, by researchers alone", high, None),
        _precision("the same, both bills older than 90 days", _older(bills, high, settled), None),
        _recall("lineage: identical pairs found at high", bills, high, RECALL),
        _recall("identical pairs suggested at all", bills, inside, None),
        _precision(
            "as if across: identical or related at good", [row for row in across if row.score >= GOOD], None
        ),
        _recall("as if across: identical pairs suggested at all", bills, across, None),
    ]
    return figures + _by_rule(inside)


@dataclass(frozen=True)
class Judged:
    """A suggested pair, and what researchers call it: identical, related, or None."""

    pair: frozenset[str]
    rule: str
    score: float
    relation: bool | None


def read(files: Iterable[Path]) -> Bills:
    """The bills of BILLSTATUS zips and of JSON lines of a mirror; a bill that cannot be read is left out."""
    bills = Bills(confirmed=_confirmed())
    for path in files:
        for observation in _of_zip(path) if path.suffix == ".zip" else _of_lines(path):
            bills.add(observation)
    return bills


def _confirmed() -> set[frozenset[str]]:
    """The pairs of bills of one proposal, of the shipped campaign."""
    example = files.read_example(shipped("fixtures"))
    families = [[entry.bill for entry in proposal.bills] for proposal in example.proposals]
    return {frozenset(pair) for family in families for pair in combinations(family, 2)}


def _of_zip(path: Path) -> Iterator[Observation]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            try:
                yield govinfo.parse(archive.read(name), now=READ)
            except SourceError as error:
                print(f"{name}: {error.reason}")


def _of_lines(path: Path) -> Iterator[Observation]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            yield govinfo.observe(govinfo.flatten_mirror(json.loads(line)), now=READ, raw=b"")


def _judged(bills: Bills, *, across: bool) -> Iterator[Judged]:
    shared = Counter(series_key(bill) for bill in bills.rows.values())
    for a, b in sorted(_candidates(bills)):
        older, newer = sorted((bills.rows[a], bills.rows[b]), key=lambda bill: (str(bill.introduced), bill.id))
        series = any(shared[series_key(bill)] > 1 for bill in (older, newer))
        took_over = newer.sponsor in bills.joined[older.id]
        if across:
            older = Bill(**{**older.model_dump(), "congress": older.congress - 1})
        rule = judge(Pair(older, newer, took_over=took_over, series=series))
        if rule and rule.score >= WORTH_SUGGESTING:
            pair = frozenset((a, b))
            yield Judged(pair, rule.name, rule.score, bills.relations.get(pair))


def _candidates(bills: Bills) -> set[tuple[str, str]]:
    """Pairs of one Congress that share a key, as ``suggestions`` looks them up."""
    sharing: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for bill in bills.compared:
        if names_an_idea(bill.title, bill.official_title):
            for name in ("title_key", "official_key"):
                if key := getattr(bill, name):
                    sharing[bill.congress, name, key].append(bill.id)
    return {pair for ids in sharing.values() for pair in combinations(sorted(ids), 2)}


def _older(bills: Bills, judged: Iterable[Judged], day: date) -> list[Judged]:
    dates = {id: bill.introduced for id, bill in bills.rows.items()}
    return [row for row in judged if all((dates[id] or date.max) <= day for id in row.pair)]


def _precision(
    name: str, judged: list[Judged], least: float | None, confirmed: Collection[frozenset[str]] = ()
) -> Figure:
    right = sum(row.relation is not None or row.pair in confirmed for row in judged)
    return _share(name, right, len(judged), least)


def _recall(name: str, bills: Bills, judged: Iterable[Judged], least: float | None) -> Figure:
    identical = bills.identical
    found = {row.pair for row in judged} & identical
    return _share(name, len(found), len(identical), least)


def _share(name: str, part: int, whole: int, least: float | None) -> Figure:
    share = part / whole if whole else 0.0
    limit = "" if least is None else f"at least {least:.0%}"
    return Figure(name, f"{share:.1%} ({part} of {whole})", limit, least is None or share >= least)


def _by_rule(judged: Iterable[Judged]) -> list[Figure]:
    by_rule: dict[tuple[float, str], list[Judged]] = defaultdict(list)
    for row in judged:
        by_rule[-row.score, row.rule].append(row)
    return [
        _precision(f"  {rule} ({-score:.2f})", rows, None) for (score, rule), rows in sorted(by_rule.items())
    ]
