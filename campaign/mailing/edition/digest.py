"""What one group of readers is told this week: the news, their members, one thing to do.

Plain values for the templates; English and Spanish are each written as they are spoken. Nothing is said of a
member that the record does not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, get_month_names

from campaign.congress.members import Person
from campaign.mailing.edition import chart
from campaign.mailing.edition.news import BillNews, MatterNews, Move, News
from campaign.mailing.edition.words import DEEDS, SPELLED, WORDS
from campaign.mailing.message import MARK, Picture
from campaign.organizing.counts import over_time
from campaign.outreach import names
from campaign.outreach.asks import Ask

# The one thing to do this week is the most telling ask among a reader's members.
URGENCY = (
    "floor",
    "withdrew",
    "rejoin",
    "committee_chair",
    "committee",
    "cosponsor",
    "delegate",
    "next_congress",
    "sponsor",
    "thank",
)
NAMED_AT_MOST = 6
CHART = "chart"
LONGEST_PREHEADER = 140


@dataclass(frozen=True)
class Group:
    """Who reads the same words: a language, a seat (or a state, or nothing) and the slugs they follow."""

    language: str
    seat: str = ""
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """What moved on one proposal, in lines."""

    name: str
    lines: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Standing:
    """One of the reader's members: who, and how they stand on each bill."""

    name: str
    role: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """One bill's honest count: the number, what it is made of, and the change since the last edition."""

    bill: str
    name: str
    listed: int
    difference: str
    made_of: str
    stage: str


@dataclass(frozen=True)
class Deed:
    """The one thing to do: in a sentence, why, and where its script waits."""

    sentence: str
    reason: str
    button: str
    url: str
    phone: str


@dataclass(frozen=True)
class Page:
    """A whole mail in plain values, as both templates take it."""

    language: str
    subject: str
    preheader: str
    headline: str
    note: str
    blocks: tuple[Block, ...]
    members: tuple[Standing, ...]
    members_hint: str
    deed: Deed
    numbers: tuple[Number, ...]
    chart_alt: str
    as_of: str
    quiet: str
    stop_url: str
    preferences_url: str
    home_url: str
    find_url: str

    def words(self, name: str) -> str:
        return WORDS[self.language][name]


@dataclass(frozen=True)
class Reader:
    """A group with its members and what each can be asked, found once."""

    group: Group
    matters: tuple[MatterNews, ...]
    members: tuple[Person, ...]
    asks: tuple[tuple[Person, Ask], ...]


def reader_of(news: News, group: Group) -> Reader:
    state, _, district = group.seat.partition("-")
    people = [*(news.by_seat.get(group.seat, ()) if district else ()), *news.by_seat.get(state, ())]
    matters = news.followed(group.proposals)
    found = [
        (person, ask)
        for person in people
        for matter in matters
        if (ask := news.docket.ask(person, matter.matter)) is not None
    ]
    return Reader(group, matters, tuple(people), tuple(found))


def touches(reader: Reader) -> bool:
    """Whether one of the reader's own members joined or left, or can act now: what an alert is for."""
    mine = {person.bioguide for person in reader.members}
    moved = any(
        move.person.bioguide in mine for matter in reader.matters for move in (*matter.joined, *matter.left)
    )
    near = {str(bill.record.id) for matter in reader.matters for bill in matter.bills if bill.stage}
    return moved or any(ask.code == "floor" and str(ask.bill) in near for _, ask in reader.asks)


def page(news: News, group: Group, *, base_url: str, note: str = "") -> Page:
    """Everything one group is told."""
    lang, reader = group.language, reader_of(news, group)
    at = _Places(base_url, lang)
    deed = _deed(reader, news, at)
    subject = _subject(reader, lang)
    return Page(
        language=lang,
        subject=subject,
        preheader=_preheader(reader, deed, lang),
        headline=subject,
        note=note,
        blocks=tuple(_block(matter, at) for matter in reader.matters if matter.moved),
        members=tuple(_standing(person, reader, lang) for person in reader.members),
        members_hint=_hint(group, reader, lang),
        deed=deed,
        numbers=tuple(_number(bill, matter, lang) for matter in reader.matters for bill in matter.bills),
        chart_alt=_chart_alt(reader, lang),
        as_of=names.day(news.as_of, lang) if news.as_of else "",
        quiet="" if any(matter.moved for matter in reader.matters) else WORDS[lang]["quiet"],
        stop_url=f"{base_url}/unsubscribe/{MARK}",
        preferences_url=at.page("/preferences"),
        home_url=at.page("/"),
        find_url=at.page("/find"),
    )


def picture(news: News, group: Group) -> Picture | None:
    """The chart of the bills a group follows; none while nobody is on any."""
    bills = [bill for matter in news.followed(group.proposals) for bill in matter.bills]
    series = [
        chart.Series(bill.record.id.short, tuple(points))
        for bill in bills[: len(chart.COLOURS)]
        if (points := over_time(bill.record.cosponsors))
    ]
    if not series:
        return None
    months = get_month_names("abbreviated", locale=group.language)
    drawn = chart.draw(series, until=news.today, months=[months[number].strip(".") for number in range(1, 13)])
    return Picture(CHART, drawn)


@dataclass(frozen=True)
class _Places:
    """Addresses of pages in the reader's language."""

    base_url: str
    lang: str

    def page(self, path: str) -> str:
        return f"{self.base_url}/es{path}" if self.lang == "es" else f"{self.base_url}{path}"


# --- the news --------------------------------------------------------------------------------------


def _subject(reader: Reader, lang: str) -> str:
    return _own_news(reader, lang) or _bill_news(reader, lang) or _no_news(reader, lang)


def _own_news(reader: Reader, lang: str) -> str:
    """One of the reader's own members joined or left: nothing is closer to them."""
    mine = {person.bioguide for person in reader.members}
    for matter in reader.matters:
        for name, moves in (("own_joined", matter.joined), ("own_left", matter.left)):
            found = [move.person for move in moves if move.person.bioguide in mine]
            if found:
                who = _capital(names.spoken(found[0], lang))
                return WORDS[lang][name].format(who=who, name=_the(matter, lang))
    return ""


def _bill_news(reader: Reader, lang: str) -> str:
    words = WORDS[lang]
    for matter in reader.matters:
        for bill in matter.bills:
            if bill.stage:
                return f"{_capital(_the(matter, lang))}: {bill.record.stage.label(lang)}"
    most = max(reader.matters, key=lambda matter: len(matter.joined), default=None)
    if most and most.joined:
        more = words["more_one"] if len(most.joined) == 1 else words["more_many"]
        number = _spelled(len(most.joined), lang)
        return more.format(number=number, name=_the(most, lang)) + _own_tail(reader, most, lang)
    for matter in reader.matters:
        if matter.left:
            fewer = words["fewer_one"] if len(matter.left) == 1 else words["fewer_many"]
            return fewer.format(number=_spelled(len(matter.left), lang), name=_the(matter, lang))
        if any(bill.hearings for bill in matter.bills):
            return words["hearing"].format(name=_the(matter, lang))
    return ""


def _own_tail(reader: Reader, matter: MatterNews, lang: str) -> str:
    """“; your representative is not yet”: how the reader's own representative stands on that proposal."""
    mine = [person for person in reader.members if person.chamber == "house"]
    record = matter.matter.bill_for("house")
    if not mine or record is None:
        return ""
    if mine[0].bioguide == record.sponsor or mine[0].bioguide in record.active:
        return WORDS[lang]["own_is"]
    return WORDS[lang]["own_is_not"]


def _no_news(reader: Reader, lang: str) -> str:
    if len(reader.matters) != 1:
        return WORDS[lang]["quiet_subject"]
    return WORDS[lang]["quiet_one"].format(name=_the(reader.matters[0], lang))


def _preheader(reader: Reader, deed: Deed, lang: str) -> str:
    counts = [
        WORDS[lang]["count"].format(bill=bill.record.id.short, number=bill.counts.listed)
        for matter in reader.matters
        for bill in matter.bills
    ]
    text = f"{', '.join(counts[:2])}. {deed.sentence}" if counts else deed.sentence
    return text if len(text) <= LONGEST_PREHEADER else text[: LONGEST_PREHEADER - 1].rstrip() + "…"


def _block(matter: MatterNews, at: _Places) -> Block:
    lang = at.lang
    lines = [line for bill in matter.bills for line in _lines(bill, lang)]
    return Block(_capital(matter.matter.name(lang)), tuple(lines), at.page(f"/proposals/{matter.matter.slug}"))


def _lines(bill: BillNews, lang: str) -> list[str]:
    words, number = WORDS[lang], bill.record.id.short
    lines = []
    if bill.stage:
        reading = bill.record.stage
        day = f" ({names.day(reading.since, lang)})" if reading.since else ""
        lines.append(f"{number}: {reading.label(lang)}{day}. {reading.stage.explain(lang)}")
    if bill.joined:
        which = "joined_one" if len(bill.joined) == 1 else "joined_many"
        lines.append(words[which].format(bill=number, who=_named(bill.joined, lang)))
    if bill.left:
        which = "left_one" if len(bill.left) == 1 else "left_many"
        lines.append(words[which].format(bill=number, who=_named(bill.left, lang)))
    for held, text in bill.hearings[:3]:
        said = words["hearing_line"].format(bill=number, day=names.day(held, lang), text=text.rstrip("."))
        lines.append(said)
    return lines


def _named(moves: Sequence[Move], lang: str) -> str:
    """Members by name, with party and state as small marks; many are cut with their number."""
    shown = [f"{move.person.name} ({_mark(move.person)})" for move in moves[:NAMED_AT_MOST]]
    rest = len(moves) - len(shown)
    if rest:
        shown.append(WORDS[lang]["and_more"].format(number=rest))
    return _and(shown, lang)


def _mark(person: Person) -> str:
    return "-".join(part for part in (person.party, person.state) if part)


# --- the reader's members and the one thing to do --------------------------------------------------


def _standing(person: Person, reader: Reader, lang: str) -> Standing:
    lines = [
        f"{_capital(ask.matter.name(lang))}: {_stands(ask, lang)}"
        for recipient, ask in reader.asks
        if recipient.bioguide == person.bioguide
    ]
    place = f"{person.state}-{person.district}" if person.district else person.state
    return Standing(person.name, f"{names.role(person, lang)}, {place}", tuple(lines))


def _stands(ask: Ask, lang: str) -> str:
    """The reason of an ask; where it leaves open whether the member is on the bill, that first."""
    not_yet = WORDS[lang]["not_yet"] if ask.code in ("committee", "committee_chair", "delegate") else ""
    return f"{not_yet}{ask.reason(lang)}"


def _hint(group: Group, reader: Reader, lang: str) -> str:
    """What is missing to name all three people, and how to mend it."""
    words = WORDS[lang]
    if not group.seat:
        return words["no_seat"]
    if "-" not in group.seat:
        return words["no_district"]
    if not any(person.chamber == "house" for person in reader.members):
        return words["vacant"].format(seat=group.seat)
    return ""


def _deed(reader: Reader, news: News, at: _Places) -> Deed:
    words = WORDS[at.lang]
    if not reader.asks:
        where = at.page("/find")
        return Deed(words["find_deed"], "", words["find_button"], where, "")
    person, ask = min(reader.asks, key=lambda pair: URGENCY.index(pair[1].code))
    spoken = names.spoken(person, at.lang)
    sentence = DEEDS[at.lang][ask.code].format(
        who=spoken,
        to=names.spoken_to(person, at.lang),
        bill=ask.bill.short,
        name=names.with_article(ask.matter.name(at.lang), at.lang),
    )
    seat = reader.group.seat
    where = at.page(f"/act/{seat}" if "-" in seat else "/find")
    button = words["button"].format(who=spoken, to=names.spoken_to(person, at.lang))
    return Deed(sentence, ask.reason(at.lang), button, where, news.phones.get(person.bioguide, ""))


# --- the numbers -----------------------------------------------------------------------------------


def _number(bill: BillNews, matter: MatterNews, lang: str) -> Number:
    return Number(
        bill=bill.record.id.short,
        name=matter.matter.name(lang),
        listed=bill.counts.listed,
        difference=_difference(bill, lang),
        made_of=_made_of(bill, lang),
        stage=bill.record.stage.label(lang),
    )


def _difference(bill: BillNews, lang: str) -> str:
    if bill.difference:
        sign = "+" if bill.difference > 0 else "−"
        return f"{sign}{abs(bill.difference)} {WORDS[lang]['since_last']}"
    return WORDS[lang]["unchanged"]


def _made_of(bill: BillNews, lang: str) -> str:
    """“26 vote, 2 delegates, 1 has left Congress”; what is nobody is not said."""
    counts, words = bill.counts, WORDS[lang]
    said = [words["voting"].format(number=counts.sitting_voting)]
    for name, number in (
        ("delegates", counts.delegates),
        ("departed", counts.departed),
        ("withdrawn", counts.withdrawn),
    ):
        if number:
            said.append(words[f"{name}_one" if number == 1 else f"{name}_many"].format(number=number))
    return ", ".join(said)


def _chart_alt(reader: Reader, lang: str) -> str:
    said = []
    for matter in reader.matters:
        for bill in matter.bills:
            points = over_time(bill.record.cosponsors)
            if points:
                said.append(
                    WORDS[lang]["alt"].format(
                        bill=bill.record.id.short,
                        first=points[0][1],
                        then=_month(points[0][0], lang),
                        last=points[-1][1],
                    )
                )
    return WORDS[lang]["alt_start"] + "; ".join(said[: len(chart.COLOURS)]) + "." if said else ""


def _month(day: date, lang: str) -> str:
    return str(format_date(day, "MMMM 'de' y" if lang == "es" else "MMMM y", locale=lang))


# --- phrases ---------------------------------------------------------------------------------------


def _the(matter: MatterNews, lang: str) -> str:
    return names.with_article(matter.matter.name(lang), lang)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _spelled(number: int, lang: str) -> str:
    words = SPELLED[lang]
    return words[number] if number < len(words) else str(number)


def _and(parts: Sequence[str], lang: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    last = parts[-1]
    joint = "and"
    if lang == "es":
        joint = "e" if last.lower().startswith(("i", "hi")) and not last.lower().startswith("hie") else "y"
    return f"{', '.join(parts[:-1])} {joint} {last}"
