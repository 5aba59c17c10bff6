"""The text of a digest for one group of readers: the news, their members, one thing to do, the numbers.

Plain values for the templates of templates/email; English and Spanish are each written as they are spoken.
Nothing is said of a member that the record does not hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.congress.bills import BillId
from campaign.congress.members import Person
from campaign.congress.state_names import state_name
from campaign.mailing.edition import ended, numbers
from campaign.mailing.edition.news import BillNews, Move, News, ProposalNews
from campaign.mailing.edition.words import SPELLED, WORDS
from campaign.mailing.message import MARK
from campaign.outreach import names, time_left
from campaign.outreach.asks import Ask

NAMED_AT_MOST = 6
PLANNED_AT_MOST = 5
LONGEST_PREHEADER = 140


@dataclass(frozen=True)
class Group:
    """Readers who get the same text: a language, a seat (or a state, or nothing) and the slugs they follow."""

    language: str
    seat: str = ""
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """What happened on one proposal, in lines."""

    name: str
    lines: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class MemberSection:
    """One of the reader's members: who, and their position on each proposal, in lines."""

    name: str
    role: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Deed:
    """The one thing to do: a sentence, the reason, and the address of its script."""

    sentence: str
    reason: str
    button: str
    url: str
    phone: str
    # Whether its address leads to words to be spoken.
    scripted: bool = True


@dataclass(frozen=True)
class Page:
    """A whole mail in plain values, as both templates (text and HTML) take it."""

    language: str
    subject: str
    preheader: str
    headline: str
    note: str
    sections: tuple[Section, ...]
    # What is planned for the bills, in sentences.
    coming: tuple[str, ...]
    members: tuple[MemberSection, ...]
    members_hint: str
    deed: Deed
    numbers: tuple[numbers.BillCount, ...]
    chart_alt: str
    as_of: str
    # How long the Congress still has, in its last weeks.
    left: str
    quiet: str
    stop_url: str
    preferences_url: str
    home_url: str
    find_url: str

    def words(self, name: str) -> str:
        return WORDS[self.language][name]


@dataclass(frozen=True)
class Reader:
    """A group with its proposals, its members, and the ask of each member on each proposal; ``called`` are
    those whose committee announced today that it will meet on the bill."""

    group: Group
    proposals: tuple[ProposalNews, ...]
    members: tuple[Person, ...]
    asks: tuple[tuple[Person, Ask], ...]
    called: tuple[tuple[Person, Ask], ...] = ()


def reader_of(news: News, group: Group) -> Reader:
    state, _, district = group.seat.partition("-")
    people = [*(news.by_seat.get(group.seat, ()) if district else ()), *news.by_seat.get(state, ())]
    proposals = news.followed(group.proposals)
    found = [
        (person, ask)
        for person in people
        for proposal in proposals
        if (ask := news.docket.ask(person, proposal.matter)) is not None
    ]
    called = [(person, ask) for person, ask in found if _is_called(ask, news)]
    return Reader(group, proposals, tuple(people), tuple(found), tuple(called))


def _is_called(ask: Ask, news: News) -> bool:
    seat = ask.situation.seat
    return seat is not None and seat.committee in news.announced.get(str(ask.bill), ())


def touches(reader: Reader) -> bool:
    """Whether one of the reader's own members joined or left, or can act now: what an alert is for. Who sits on
    a committee that will meet on the bill can act."""
    mine = {person.bioguide for person in reader.members}
    moved = any(
        move.person.bioguide in mine
        for proposal in reader.proposals
        for move in (*proposal.joined, *proposal.left)
    )
    near = {str(bill.record.id) for proposal in reader.proposals for bill in proposal.bills if bill.stage}
    can_vote = any(ask.code == "floor" and str(ask.bill) in near for _, ask in reader.asks)
    return moved or can_vote or bool(reader.called)


def page(news: News, group: Group, *, base_url: str, note: str = "") -> Page:
    """The whole mail of one group."""
    lang, reader = group.language, reader_of(news, group)
    at = _Urls(base_url, lang)
    deed = _deed(reader, news, at)
    subject = _subject(reader, lang)
    return Page(
        language=lang,
        subject=subject,
        preheader=_preheader(reader, deed, lang),
        headline=subject,
        note=note,
        sections=tuple(_section(proposal, at) for proposal in reader.proposals if proposal.moved),
        coming=_coming(reader, news, lang),
        members=tuple(_member(person, reader, lang) for person in reader.members),
        members_hint=_hint(news, reader, lang),
        deed=deed,
        numbers=tuple(
            numbers.count(bill, proposal, news.first, lang)
            for proposal in reader.proposals
            for bill in proposal.bills
            if bill.counted
        ),
        chart_alt=numbers.chart_alt(reader.proposals, lang),
        as_of=names.day(news.as_of, lang) if news.as_of else "",
        left=time_left.mailed(news.days_left, names.day(news.today, lang), lang),
        quiet=_quiet(reader, lang),
        stop_url=at.page(f"/unsubscribe/{MARK}"),
        preferences_url=at.page("/preferences"),
        home_url=at.page("/"),
        find_url=at.page("/find"),
    )


@dataclass(frozen=True)
class _Urls:
    """Addresses of pages in the reader's language."""

    base_url: str
    lang: str

    def page(self, path: str) -> str:
        return f"{self.base_url}/es{path}" if self.lang == "es" else f"{self.base_url}{path}"


# --- the news --------------------------------------------------------------------------------------


def _subject(reader: Reader, lang: str) -> str:
    return (
        _own_news(reader, lang)
        or _own_meeting(reader, lang)
        or _bill_news(reader, lang)
        or _no_news(reader, lang)
    )


def _own_news(reader: Reader, lang: str) -> str:
    """That one of the reader's own members joined or left; empty where none did."""
    mine = {person.bioguide for person in reader.members}
    for proposal in reader.proposals:
        for name, moves in (("own_joined", proposal.joined), ("own_left", proposal.left)):
            found = [move.person for move in moves if move.person.bioguide in mine]
            if found:
                who = _capital(names.spoken(found[0], lang))
                return WORDS[lang][name].format(who=who, name=_the(proposal, lang))
    return ""


def _own_meeting(reader: Reader, lang: str) -> str:
    """That a committee of one of the reader's own members will meet on a bill; empty where none does."""
    if not reader.called:
        return ""
    person, ask = reader.called[0]
    who, of_whom = _capital(names.spoken(person, lang)), names.spoken_of(person, lang)
    return WORDS[lang]["own_meeting"].format(who=who, of_whom=of_whom, name=ask.matter.named(lang))


def _bill_news(reader: Reader, lang: str) -> str:
    words = WORDS[lang]
    for proposal in reader.proposals:
        for bill in proposal.bills:
            if bill.continues:
                name = _capital(_the(proposal, lang))
                return words["returned_subject"].format(name=name, bill=bill.record.id.short)
    over = [bill for proposal in reader.proposals for bill in proposal.ended]
    if over:
        return ended.subject(over, lang)
    for proposal in reader.proposals:
        for bill in proposal.bills:
            if bill.stage:
                return f"{_capital(_the(proposal, lang))}: {bill.record.stage.label(lang)}"
    most = max(reader.proposals, key=lambda proposal: len(proposal.joined), default=None)
    if most and most.joined:
        more = words["more_one"] if len(most.joined) == 1 else words["more_many"]
        number = _spelled(len(most.joined), lang)
        return more.format(number=number, name=_the(most, lang)) + _own_tail(reader, most, lang)
    for proposal in reader.proposals:
        if proposal.left:
            fewer = words["fewer_one"] if len(proposal.left) == 1 else words["fewer_many"]
            return fewer.format(number=_spelled(len(proposal.left), lang), name=_the(proposal, lang))
        if any(bill.hearings for bill in proposal.bills):
            return words["hearing"].format(name=_the(proposal, lang))
    return ""


def _own_tail(reader: Reader, proposal: ProposalNews, lang: str) -> str:
    """“; your representative is not yet”: whether the reader's own representative is on the House bill."""
    mine = [person for person in reader.members if person.chamber == "house"]
    record = proposal.matter.bill_for("house")
    if not mine or record is None:
        return ""
    if mine[0].bioguide == record.sponsor or mine[0].bioguide in record.active:
        return WORDS[lang]["own_is"]
    return WORDS[lang]["own_is_not"]


def _no_news(reader: Reader, lang: str) -> str:
    if len(reader.proposals) != 1:
        return WORDS[lang]["quiet_subject"]
    return WORDS[lang]["quiet_one"].format(name=_the(reader.proposals[0], lang))


def _quiet(reader: Reader, lang: str) -> str:
    """That nothing happened; where none of the reader's proposals has a bill now, that none can."""
    if any(proposal.moved for proposal in reader.proposals):
        return ""
    if _is_law(reader):
        return WORDS[lang]["quiet_law"]
    if _is_history(reader):
        return WORDS[lang]["quiet_history"]
    return WORDS[lang]["quiet" if any(proposal.bills for proposal in reader.proposals) else "quiet_between"]


def _is_law(reader: Reader) -> bool:
    """Whether all that a reader follows became law: nothing is left to do."""
    return bool(reader.proposals) and all(proposal.matter.law for proposal in reader.proposals)


def _is_history(reader: Reader) -> bool:
    """Whether nobody brought back what a reader follows: nothing is asked about it now."""
    return bool(reader.proposals) and all(proposal.matter.history for proposal in reader.proposals)


def _preheader(reader: Reader, deed: Deed, lang: str) -> str:
    counts = [
        WORDS[lang]["count"].format(bill=bill.record.id.short, number=bill.counts.listed)
        for proposal in reader.proposals
        for bill in proposal.bills
        if bill.counted
    ]
    text = f"{', '.join(counts[:2])}. {deed.sentence}" if counts else deed.sentence
    return text if len(text) <= LONGEST_PREHEADER else text[: LONGEST_PREHEADER - 1].rstrip() + "…"


def _section(proposal: ProposalNews, at: _Urls) -> Section:
    lang = at.lang
    lines = ended.lines(proposal.ended, proposal.matter, lang)
    lines += [line for bill in proposal.bills for line in _lines(bill, lang)]
    return Section(
        _capital(proposal.matter.name(lang)), tuple(lines), at.page(f"/proposals/{proposal.matter.slug}")
    )


def _lines(bill: BillNews, lang: str) -> list[str]:
    words, number = WORDS[lang], bill.record.id.short
    lines = []
    if bill.continues:
        lines.append(_return_line(bill, bill.continues, lang))
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
    for waiting, text in bill.hearings[:3]:
        day = names.day(waiting, lang)
        lines.append(words["hearing_line"].format(bill=number, day=day, text=text.rstrip(".")))
    return lines


def _return_line(bill: BillNews, continues: BillId, lang: str) -> str:
    """That the proposal is back, under which number and since when."""
    introduced = bill.record.bill.introduced
    return WORDS[lang]["returned"].format(
        bill=bill.record.id.short,
        before=names.bill(continues, bill.record.id.congress, lang),
        day=names.day(introduced, lang) if introduced else "",
    )


def _named(moves: Sequence[Move], lang: str) -> str:
    """Members by name, with party and state; of many, the first ones and how many more there are."""
    shown = [f"{move.person.name} ({_mark(move.person)})" for move in moves[:NAMED_AT_MOST]]
    rest = len(moves) - len(shown)
    if rest:
        shown.append(WORDS[lang]["and_more"].format(number=rest))
    return _and(shown, lang)


def _mark(person: Person) -> str:
    return "-".join(part for part in (person.party, person.state) if part)


def _coming(reader: Reader, news: News, lang: str) -> tuple[str, ...]:
    """What is planned for the reader's bills; what names a bill comes before what its committee does."""
    bills = [bill.record.id for proposal in reader.proposals for bill in proposal.bills]
    lines = [line for bill in bills if bill in news.coming for line in news.coming[bill].lines]
    lines.sort(key=lambda line: line.holds)
    return tuple(line.text.of(lang) for line in lines[:PLANNED_AT_MOST])


# --- the reader's members and the one thing to do --------------------------------------------------


def _member(person: Person, reader: Reader, lang: str) -> MemberSection:
    lines = [
        f"{_capital(ask.matter.name(lang))}: {ask.reason(lang)}"
        for asked, ask in reader.asks
        if asked.bioguide == person.bioguide
    ]
    place = f"{person.state}-{person.district}" if person.district else person.state
    return MemberSection(person.name, f"{names.role(person, lang)}, {place}", tuple(lines))


def _hint(news: News, reader: Reader, lang: str) -> str:
    """Why not all three members are named, and what the reader can do about it; empty where they are, and
    where nothing is known of who holds the seat."""
    words, seat = WORDS[lang], reader.group.seat
    if since := news.redrawn.get(seat):
        return words["new_districts"].format(state=state_name(seat, lang), day=names.day(since, lang))
    if seat and "-" not in seat:
        return words["no_district"]
    if seat not in news.seats:
        return words["no_seat"]
    if not news.by_seat.get(seat) and (elect := news.elects.get(seat)):
        return words["elected"].format(seat=seat, who=elect.name, day=names.day(elect.starts, lang))
    return words["vacant"].format(seat=seat) if seat in news.vacant else ""


def _deed(reader: Reader, news: News, at: _Urls) -> Deed:
    words = WORDS[at.lang]
    if _is_law(reader) or _is_history(reader):
        where = at.page(f"/proposals/{reader.proposals[0].matter.slug}")
        deed = words["law_deed"] if _is_law(reader) else words["history_deed"]
        return Deed(deed, "", words["law_button"], where, "", scripted=False)
    if not reader.asks:
        where = at.page("/find")
        return Deed(words["find_deed"], "", words["find_button"], where, "")
    person, ask = min(reader.asks, key=lambda pair: pair[1].urgency)
    spoken = names.spoken(person, at.lang)
    sentence = ask.kind.deed.of(at.lang).format(
        who=spoken,
        to=names.spoken_to(person, at.lang),
        bill=ask.bill.short,
        name=names.with_article(ask.matter.name(at.lang), at.lang),
    )
    seat = reader.group.seat
    where = at.page(f"/act/{seat}" if "-" in seat else "/find")
    button = words["button"].format(who=spoken, to=names.spoken_to(person, at.lang))
    return Deed(sentence, ask.reason(at.lang), button, where, news.phones.get(person.bioguide, ""))


# --- phrases ---------------------------------------------------------------------------------------


def _the(proposal: ProposalNews, lang: str) -> str:
    return names.with_article(proposal.matter.name(lang), lang)


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
