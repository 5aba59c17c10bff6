"""The numbers of a digest: each bill's count in words, and the chart of the counts over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, get_month_names

from campaign.mailing.edition import chart
from campaign.mailing.edition.news import BillNews, News, ProposalNews
from campaign.mailing.edition.words import WORDS
from campaign.mailing.message import Picture
from campaign.organizing.counts import over_time

CHART = "chart"


@dataclass(frozen=True)
class BillCount:
    """A bill's number of co-sponsors, what it is made of, and the change since the last edition."""

    bill: str
    name: str
    listed: int
    difference: str
    made_of: str
    stage: str


def count(bill: BillNews, proposal: ProposalNews, first: bool, lang: str) -> BillCount:
    """``first``: no mail has told any news yet."""
    return BillCount(
        bill=bill.record.id.short,
        name=proposal.matter.name(lang),
        listed=bill.counts.listed,
        difference=_difference(bill, first, lang),
        made_of=_made_of(bill, lang),
        stage=bill.record.stage.label(lang),
    )


def _difference(bill: BillNews, first: bool, lang: str) -> str:
    if bill.difference:
        sign = "+" if bill.difference > 0 else "−"
        return f"{sign}{abs(bill.difference)} {WORDS[lang]['lately' if first else 'since_last']}"
    return WORDS[lang]["first_seen" if bill.continues else "unchanged"]


def _made_of(bill: BillNews, lang: str) -> str:
    """What a count is made of: “26 who vote, 2 delegates”; parts that are zero are left out."""
    counts, words = bill.counts, WORDS[lang]
    parts = [words["voting"].format(number=counts.sitting_voting)]
    for name, number in (
        ("delegates", counts.delegates),
        ("departed", counts.departed),
        ("withdrawn", counts.withdrawn),
    ):
        if number:
            parts.append(words[f"{name}_one" if number == 1 else f"{name}_many"].format(number=number))
    return ", ".join(parts)


def chart_alt(proposals: Sequence[ProposalNews], lang: str) -> str:
    """The chart in words, for whoever does not see it."""
    series = []
    for proposal in proposals:
        for bill in proposal.bills:
            points = over_time(bill.record.cosponsors)
            if points:
                series.append(
                    WORDS[lang]["alt"].format(
                        bill=bill.record.id.short,
                        first=points[0][1],
                        then=_month(points[0][0], lang),
                        last=points[-1][1],
                    )
                )
    return WORDS[lang]["alt_start"] + "; ".join(series[: len(chart.COLOURS)]) + "." if series else ""


def _month(day: date, lang: str) -> str:
    return str(format_date(day, "MMMM 'de' y" if lang == "es" else "MMMM y", locale=lang))


def picture(news: News, followed: Sequence[str], lang: str) -> Picture | None:
    """The chart of the bills of the proposals followed; none while nobody is on any."""
    bills = [bill for proposal in news.followed(followed) for bill in proposal.bills]
    series = tuple(
        chart.Series(bill.record.id.short, tuple(points))
        for bill in bills[: len(chart.COLOURS)]
        if (points := over_time(bill.record.cosponsors))
    )
    if not series:
        return None
    names = get_month_names("abbreviated", locale=lang)
    months = tuple(names[number].strip(".") for number in range(1, 13))
    drawn = chart.draw(series, until=news.today, months=months)
    return Picture(CHART, drawn)
