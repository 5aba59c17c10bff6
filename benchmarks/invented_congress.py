"""A whole invented Congress in GovInfo's shape: as many bills, co-sponsors and actions as the 119th had.

Counts follow docs/data.md: 16,310 bills of eight types, about 154,000 co-sponsor rows (median 3 a bill,
at most 338) and four actions a bill. Names and texts are invented; the numbers come from a fixed seed.
"""

import random
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

SIZES = {
    "hr": 9079,
    "s": 4625,
    "hres": 1330,
    "sres": 754,
    "sjres": 193,
    "hjres": 189,
    "hconres": 107,
    "sconres": 33,
}
CONGRESS = 119
FIRST_DAY = date(2025, 1, 3)
HOUSE = [f"H{number:06d}" for number in range(1, 438)]
SENATE = [f"S{number:06d}" for number in range(1, 101)]


def write_zips(folder: Path, *, share: float = 1.0, seed: int = 119) -> tuple[int, int]:
    """Write the eight zips below ``folder`` as GovInfo lays them out; how many bills and co-sponsor rows."""
    chance, bills, rows = random.Random(seed), 0, 0  # noqa: S311 -- invented data, not secrets
    for kind, size in SIZES.items():
        place = folder / "bulkdata" / "BILLSTATUS" / str(CONGRESS) / kind
        place.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(place / f"BILLSTATUS-{CONGRESS}-{kind}.zip", "w", zipfile.ZIP_DEFLATED) as file:
            for number in range(1, max(2, int(size * share)) + 1):
                text, cosponsors = _bill(chance, kind, number)
                file.writestr(f"BILLSTATUS-{CONGRESS}{kind}{number}.xml", text)
                bills, rows = bills + 1, rows + cosponsors
    return bills, rows


def _bill(chance: random.Random, kind: str, number: int) -> tuple[str, int]:
    house = kind.startswith("h")
    introduced = FIRST_DAY + timedelta(days=chance.randrange(500))
    people = HOUSE if house else SENATE
    crowd = chance.sample(people, min(len(people) - 1, _crowd(chance)) + 1)
    sponsor, joined = crowd[0], crowd[1:]
    rows = "".join(_cosponsor(chance, person, introduced, house) for person in joined)
    chamber = "House" if house else "Senate"
    actions = "".join(_actions(chance, chamber, introduced))
    title = f"Invented {kind.upper()} {number} Act of 2025"
    text = f"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<billStatus><version>3.0.0</version><bill>
<number>{number}</number><updateDate>{introduced + timedelta(days=30)}T08:07:44Z</updateDate>
<originChamber>{chamber}</originChamber><type>{kind.upper()}</type>
<introducedDate>{introduced}</introducedDate><congress>{CONGRESS}</congress>
<committees><item><systemCode>{"hsfa00" if house else "ssfr00"}</systemCode>
<name>Foreign Affairs Committee</name>
<chamber>{chamber}</chamber><type>Standing</type><activities><item><name>Referred To</name>
<date>{introduced}T15:03:35Z</date></item></activities></item></committees>
<actions>{actions}</actions>
<sponsors>{_person(sponsor, house)}</sponsors><cosponsors>{rows}</cosponsors>
<policyArea><name>International Affairs</name></policyArea><title>{title}</title>
<titles><item><titleType>Display Title</titleType><title>{title}</title></item>
<item><titleType>Official Title as Introduced</titleType>
<title>To do the invented thing number {number}, and for other purposes.</title></item></titles>
</bill></billStatus>
"""
    return text, len(joined)


def _crowd(chance: random.Random) -> int:
    """How many co-sponsors: a fifth of bills have none, half at most 3, one in a hundred above 100."""
    if chance.random() < 0.21:
        return 0
    return min(338, int(chance.lognormvariate(1.78, 1.3)))


def _person(bioguide: str, house: bool) -> str:
    district = f"<district>{int(bioguide[1:]) % 52}</district>" if house else ""
    return (
        f"<item><bioguideId>{bioguide}</bioguideId><fullName>Rep. Name [D-TX-{bioguide[-2:]}]</fullName>"
        "<firstName>Invented</firstName><lastName>Name</lastName><party>D</party><state>TX</state>"
        f"{district}</item>"
    )


def _cosponsor(chance: random.Random, bioguide: str, introduced: date, house: bool) -> str:
    original = chance.random() < 0.55
    day = introduced if original else introduced + timedelta(days=chance.randrange(1, 200))
    more = f"<sponsorshipDate>{day}</sponsorshipDate><isOriginalCosponsor>{original}</isOriginalCosponsor>"
    if chance.random() < 0.0004:
        more += f"<sponsorshipWithdrawnDate>{day + timedelta(days=17)}</sponsorshipWithdrawnDate>"
    return _person(bioguide, house).replace("</item>", f"{more}</item>")


def _actions(chance: random.Random, chamber: str, introduced: date) -> Iterator[str]:
    for number in range(chance.choice((0, 1, 1, 2, 4))):
        yield _action(introduced + timedelta(days=40 - number), f"Committee step {number} was taken.", "")
    yield _action(introduced, f"Referred to the {chamber} Committee on Foreign Affairs.", "H11100")
    yield _action(introduced, f"Introduced in {chamber}", "1000" if chamber == "House" else "10000")


def _action(day: date, text: str, code: str) -> str:
    coded = f"<actionCode>{code}</actionCode>" if code else ""
    return (
        f"<item><actionDate>{day}</actionDate><text>{text}</text><type>IntroReferral</type>{coded}"
        "<sourceSystem><code>9</code><name>Library of Congress</name></sourceSystem></item>"
    )
