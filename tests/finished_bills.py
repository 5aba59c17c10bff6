"""Bills of finished Congresses, as GovInfo's bulk data has them from the 108th on.

Of H.R. 6028 the number, sponsor, day of introduction and count of the vote are of the public record; day and
number of the vote and the committee stand for whatever the record says. All other measures are invented.
"""

from standin import Record
from standin.bills import FLOOR, acted
from standin.people import Legislator

BERMAN = Legislator("B000410", "Berman", "Howard L.", "D", "CA", 28, sits=False)
SOMEBODY = Legislator("X000001", "Example", "Pat", "R", "TX", 1, sits=False)
TITLE = "Merida Initiative to Combat Illicit Narcotics and Reduce Organized Crime Authorization Act of 2008"
INTRODUCED, PASSED = "2008-05-13", "2008-06-10"
AGREED = (
    "On motion to suspend the rules and pass the bill, as amended Agreed to by the Yeas and Nays: "
    "(2/3 required): 311 - 106 (Roll no. 393)."
)
AFFAIRS = (("hsfa00", "Foreign Affairs Committee"),)
OLD_PATH = "/govinfo/bulkdata/BILLSTATUS/110/hr/BILLSTATUS-110hr6028.xml"
# The same in the schema before 3.0.0: other names, lists inside lists, the version inside the bill.
OLD_SCHEMA = f"""<?xml version="1.0"?>
<billStatus><bill>
  <policyArea><name>International Affairs</name></policyArea>
  <actions>
    <item><type>Floor</type><committee/><actionTime>15:01:02</actionTime><actionCode>H37300</actionCode>
      <actionDate>{PASSED}</actionDate><text>{AGREED}</text><links/>
      <sourceSystem><code>2</code><name>House floor actions</name></sourceSystem></item>
    <item><type>Floor</type><committee/><actionCode>8000</actionCode><actionDate>{PASSED}</actionDate>
      <text>Passed/agreed to in House: {AGREED}</text><links/>
      <sourceSystem><code>9</code><name>Library of Congress</name></sourceSystem></item>
    <item><type>IntroReferral</type>
      <committee><name>Foreign Affairs Committee</name><systemCode>hsfa00</systemCode></committee>
      <actionCode>H11100</actionCode><actionDate>{INTRODUCED}</actionDate>
      <text>Referred to the House Committee on Foreign Affairs.</text><links/>
      <sourceSystem><code>2</code><name>House floor actions</name></sourceSystem></item>
    <item><type>IntroReferral</type><committee/><actionCode>1000</actionCode><actionDate>{INTRODUCED}</actionDate>
      <text>Introduced in House</text><links/>
      <sourceSystem><code>9</code><name>Library of Congress</name></sourceSystem></item>
    <actionTypeCounts><introducedInHouse>1</introducedInHouse></actionTypeCounts>
    <actionByCounts><houseOfRepresentatives>4</houseOfRepresentatives></actionByCounts>
  </actions>
  <recordedVotes><recordedVote>
    <date>2008-06-10T19:01:02Z</date><chamber>House</chamber>
    <url>http://clerk.house.gov/evs/2008/roll393.xml</url><sessionNumber>2</sessionNumber>
    <rollNumber>393</rollNumber><congress>110</congress><fullActionName>Passage of a Measure</fullActionName>
  </recordedVote></recordedVotes>
  <introducedDate>{INTRODUCED}</introducedDate><updateDate>2016-11-22T00:16:58Z</updateDate>
  <originChamber>House</originChamber><laws/><amendments/><version>1.0.0</version>
  <title>{TITLE}</title>
  <committees><billCommittees><item><type>Standing</type><chamber>House</chamber>
    <name>Foreign Affairs Committee</name><systemCode>hsfa00</systemCode><subcommittees/>
    <activities><item><name>Referred to</name><date>2008-05-13T14:00:00Z</date></item></activities>
  </item></billCommittees></committees>
  <billType>HR</billType><congress>110</congress><billNumber>6028</billNumber>
  <relatedBills/>
  <sponsors><item><bioguideId>B000410</bioguideId><fullName>Rep. Berman, Howard L. [D-CA-28]</fullName>
    <firstName>Howard</firstName><lastName>Berman</lastName>
    <party>D</party><state>CA</state><district>28</district>
    <identifiers><lisID>79</lisID><gpoId/><bioguideId>B000410</bioguideId></identifiers>
    <byRequestType/></item></sponsors>
  <cosponsors/>
</bill></billStatus>
""".encode()


def passed_the_house() -> Record:
    """H.R. 6028 of the 110th Congress, which only the House passed."""
    return Record(
        110,
        "hr",
        6028,
        TITLE,
        INTRODUCED,
        BERMAN,
        actions=[
            acted("2008-06-11", "Received in the Senate and referred to the Committee on Foreign Relations."),
            acted(PASSED, AGREED, "H37300", "Floor", FLOOR),
            acted(PASSED, f"Passed/agreed to in House: {AGREED}", "8000", "Floor"),
            acted(
                INTRODUCED, "Referred to the House Committee on Foreign Affairs.", "H11100", committees=AFFAIRS
            ),
            acted(INTRODUCED, "Introduced in House", "1000"),
        ],
        committees=[{"systemCode": "hsfa00", "name": "Foreign Affairs Committee"}],
        updated="2023-01-11T13:22:31Z",
    )


def became_law() -> Record:
    """An invented bill of the 108th, the first Congress of the bulk data, that became law."""
    return Record(
        108,
        "s",
        9001,
        "Example Law of 2003",
        "2003-02-03",
        SOMEBODY,
        actions=[
            acted("2003-07-02", "Became Public Law No: 108-999.", "36000", "BecameLaw"),
            acted("2003-06-20", "Presented to President.", "28000", "President"),
            acted(
                "2003-06-12",
                "Passed/agreed to in House: On passage Passed by recorded vote: 250 - 170 (Roll no. 7).",
                "8000",
                "Floor",
            ),
            acted(
                "2003-03-04",
                "Passed/agreed to in Senate: Passed Senate without amendment by Yea-Nay Vote. 60 - 38. "
                "Record Vote Number: 12.",
                "17000",
                "Floor",
            ),
            acted("2003-02-03", "Introduced in Senate", "10000"),
        ],
        laws=[{"type": "Public Law", "number": "108-999"}],
    )


def was_agreed_to() -> Record:
    """An invented resolution of the 109th that its chamber agreed to."""
    agreed = "On agreeing to the resolution Agreed to by recorded vote: 225 - 187 (Roll no. 89)."
    return Record(
        109,
        "hres",
        9002,
        "Example resolution",
        "2005-02-07",
        SOMEBODY,
        actions=[
            acted("2005-02-14", f"Passed/agreed to in House: {agreed}", "8000", "Floor"),
            acted("2005-02-07", "Submitted in House", "1025"),
        ],
    )


def was_rejected() -> Record:
    """An invented resolution of the 109th that failed."""
    failed = "On agreeing to the resolution Failed by the Yeas and Nays: 187 - 225 (Roll no. 90)."
    return Record(
        109,
        "hres",
        9003,
        "Another example resolution",
        "2005-02-08",
        SOMEBODY,
        actions=[
            acted("2005-02-15", f"Failed of passage/not agreed to in House: {failed}", "9000", "Floor"),
            acted("2005-02-08", "Submitted in House", "1025"),
        ],
    )
