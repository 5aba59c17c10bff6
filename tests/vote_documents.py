"""Roll calls as the Clerk and the Senate publish them, rebuilt in small from recorded documents."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

# Sent with status 200 for a roll call that is not there.
CLERK_ERROR = b'<xml>Error sanitizing file "roll315.xml". Please try again.</xml>'
# Rows of Clerk's roll 314 of 2026, and of Senate vote 292 of 2020: id, name, party, state, vote.
HOUSE = (
    ("A000370", "Adams", "D", "NC", "Yea"),
    ("A000369", "Amodei (NV)", "R", "NV", "Aye"),
    ("B001300", "Barragán", "D", "CA", "Yea"),
    ("B001317", "Brecheen", "R", "OK", "Nay"),
    ("C001131", "Casar", "D", "TX", "Not Voting"),
)
SENATE = (
    ("S354", "Baldwin", "D", "WI", "Yea"),
    ("S370", "Booker", "D", "NJ", "Nay"),
    ("S307", "Brown", "D", "OH", "Yea"),
    ("S377", "Gardner", "R", "CO", "Not Voting"),
)
Rows = Iterable[tuple[str, str, str, str, str]]


def clerk_roll(
    number: int = 314,
    legis_num: str = "S 2403",
    question: str = "On Motion to Suspend the Rules and Pass",
    *,
    session: str = "2nd",
    congress: int = 119,
    day: str = "16-Sep-2026",
    result: str = "Passed",
    amendment: str = "",
    totals: tuple[str, str, str, str] = ("401", "14", "0", "18"),
    rows: Rows = HOUSE,
) -> bytes:
    votes = "".join(
        f'<recorded-vote><legislator name-id={quoteattr(id)} sort-field="{escape(name)}" party="{party}" '
        f'state="{state}" role="legislator">{escape(name)}</legislator><vote>{vote}</vote></recorded-vote>'
        for id, name, party, state, vote in rows
    )
    names = ("yea", "nay", "present", "not-voting")
    counts = "".join(f"<{name}-total>{n}</{name}-total>" for name, n in zip(names, totals, strict=True))
    amended = f"<amendment-num>{amendment}</amendment-num>" if amendment else ""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rollcall-vote><vote-metadata><majority>R</majority><congress>{congress}</congress><session>{session}</session>
<chamber>U.S. House of Representatives</chamber><rollcall-num>{number}</rollcall-num>
<legis-num>{legis_num}</legis-num>{amended}<vote-question>{question}</vote-question>
<vote-type>2/3 YEA-AND-NAY</vote-type><vote-result>{result}</vote-result><action-date>{day}</action-date>
<action-time time-etz="19:05">7:05 PM</action-time><vote-desc>Retire through Ownership Act</vote-desc>
<vote-totals><totals-by-party><party>Republican</party><yea-total>191</yea-total><nay-total>14</nay-total>
</totals-by-party><totals-by-vote><total-stub>Totals</total-stub>{counts}</totals-by-vote></vote-totals>
</vote-metadata><vote-data>{votes}</vote-data></rollcall-vote>
""".encode()


def senate_vote(
    number: int = 292,
    document: tuple[str, str] | None = ("H.R.", "6395"),
    question: str = "On Overriding the Veto",
    *,
    congress: int = 116,
    session: int = 2,
    date: str = "January 1, 2021,  01:38 PM",
    result: str = "Veto Overridden",
    title: str = "Shall the Bill H.R. 6395 Pass?",
    amendment: str = "",
    count: tuple[str, str, str, str] = ("81", "13", "", "6"),
    rows: Rows = SENATE,
) -> bytes:
    members = "".join(
        f"<member><member_full>{name} ({party}-{state})</member_full><last_name>{name}</last_name>"
        f"<party>{party}</party><state>{state}</state><vote_cast>{vote}</vote_cast>"
        f"<lis_member_id>{id}</lis_member_id></member>"
        for id, name, party, state, vote in rows
    )
    names = ("yeas", "nays", "present", "absent")
    counts = "".join(f"<{name}>{n}</{name}>" for name, n in zip(names, count, strict=True))
    about = "<document/>"
    if document:
        about = (
            f"<document><document_congress>{congress}</document_congress><document_type>{document[0]}"
            f"</document_type><document_number>{document[1]}</document_number></document>"
        )
    return f"""<?xml version="1.0" encoding="UTF-8"?><roll_call_vote>
<congress>{congress}</congress><session>{session}</session><vote_number>{number}</vote_number>
<vote_date>{date}</vote_date><modify_date>January 1, 2021,  02:47 PM</modify_date>
<question>{question}</question><vote_title>{title}</vote_title><vote_result>{result}</vote_result>{about}
<amendment><amendment_number>{amendment}</amendment_number></amendment>
<count>{counts}</count><members>{members}</members></roll_call_vote>
""".encode()
