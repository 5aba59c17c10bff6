"""Who holds a seat at a moment, by the terms of office and not by a list alone. No I/O.

A term runs from its start to its end. Regular terms begin and end at noon Eastern on 3 January of odd years
(Constitution, Amendment XX, section 1), whatever list was read last: a list may be older than the turn of the
Congress, or come hours before it.

An end *inside* a Congress is provisional: the source states the day of a special election for an appointed
senator, who serves until the successor qualifies (Amendment XVII; 2 U.S.C. 36 dates the successor's service).
Somebody whom the list of current legislators still names sits beyond such an end, until the turn of the
Congress.
"""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from campaign.congress.bills import WASHINGTON, congress_on, congress_start
from campaign.congress.models import Member, Tenure

NOON = 12
# Another term of the person of a row of ``Tenure``.
_OTHER = aliased(Tenure)


def term_day(moment: datetime) -> date:
    """The day to compare terms with: Washington's date, but the day before until noon of a 3 January of an odd
    year, when terms turn."""
    local = moment.astimezone(WASHINGTON)
    day = local.date()
    terms_change = (day.month, day.day) == (1, 3) and day.year % 2 == 1
    return day - timedelta(days=1) if terms_change and local.hour < NOON else day


def first_day(moment: datetime) -> date:
    """The 3 January on which the Congress that sits at ``moment`` began."""
    return congress_start(congress_on(moment)).date()


def newest_started(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether a row of ``Tenure`` is its person's newest term that has begun."""
    day = term_day(moment)
    return sa.and_(col(Tenure.starts) <= day, ~_is_followed(until=day))


def runs(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether a row of ``Tenure`` that has begun, joined with its ``Member``, still runs: its holder sits."""
    provisional = sa.and_(
        col(Tenure.ends) > first_day(moment),
        col(Member.standing) == "sitting",
        ~_is_followed(until=date.max),
    )
    return sa.or_(col(Tenure.ends) > term_day(moment), provisional)


def sits(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether a row of ``Tenure``, joined with its ``Member``, is a seat held at ``moment``."""
    # Whatever runs ends in the sitting Congress or later: most rows need no look at the person's other terms.
    return sa.and_(col(Tenure.ends) > first_day(moment), newest_started(moment), runs(moment))


def begins_next(moment: datetime) -> sa.ColumnElement[bool]:
    """Whether a row of ``Tenure`` is its person's next term, which has yet to begin."""
    theirs = col(_OTHER.bioguide) == col(Tenure.bioguide)
    between = sa.and_(col(_OTHER.starts) > term_day(moment), col(_OTHER.starts) < col(Tenure.starts))
    return sa.and_(col(Tenure.starts) > term_day(moment), ~sa.exists().where(theirs, between))


def _is_followed(*, until: date) -> sa.ColumnElement[bool]:
    """Whether the person of a row of ``Tenure`` has a later term that begins until then."""
    theirs = col(_OTHER.bioguide) == col(Tenure.bioguide)
    return sa.exists().where(theirs, col(_OTHER.starts) > col(Tenure.starts), col(_OTHER.starts) <= until)
