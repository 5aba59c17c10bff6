"""Lines of real histories of the 118th and 119th Congress, as the two sources give them, and what each
line says about the course of its bill. Line: (bill, text, codes, signals); an empty text is quirk 21."""

LINES = [
    # Introduced; "Submitted in House" stands under codes of referrals and reports (quirk 22).
    ("hr6736-119", "Introduced in House", "1000 Intro-H", "introduced"),
    ("s2926-118", "Introduced in Senate", "10000", "introduced"),
    ("hconres68-119", "Submitted in House", "1025 H11100", "introduced"),
    ("hres32-119", "Submitted in House", "H12100", "introduced"),
    ("hres198-119", "Submitted in House", "H11100", "introduced"),
    ("sres688-119", "Submitted in Senate", "10025", "introduced"),
    ("hres54-119", "", "Intro-H", "introduced"),
    ("hres62-119", "Sponsor introductory remarks on measure. (CR H350)", "B00100", ""),
    ("hres54-119", "Considered as privileged matter. (consideration: CR H267)", "H30000", ""),
    # In committee.
    ("hr6736-119", "Referred to the House Committee on Foreign Affairs.", "H11100", "referred"),
    ("hr6618-118", "Referred to the Foreign Affairs Committee.", "", "referred"),
    ("s3508-119", "Read twice and referred to the Committee on Foreign Relations.", "", "referred"),
    ("s367-119", "Read twice and referred to the Committee on Finance. (text: CR S546)", "", "referred"),
    (
        "hr183-119",
        "Received in the Senate and Read twice and referred to the Committee on Energy and Natural Resources.",
        "",
        "referred",
    ),
    (
        "hr842-119",
        "Referred to the Committee on Energy and Commerce, and in addition to the Committee on Ways and Means, "
        "for a period to be subsequently determined by the Speaker, in each case for consideration of such "
        "provisions as fall within the jurisdiction of the committee concerned.",
        "H11100",
        "referred",
    ),
    ("hr183-119", "Referred to the Subcommittee on Forestry and Horticulture.", "", "referred"),
    ("sres65-119", "Referred to the Committee on Rules and Administration. (text: CR S799)", "", "referred"),
    ("hjres87-119", "Received in the Senate, read twice.", "", ""),
    ("hr29-119", "Received in the Senate.", "", ""),
    ("s478-119", "Committee on Veterans' Affairs. Hearings held.", "", ""),
    ("hr231-119", "Subcommittee Hearings Held", "", ""),
    ("hr183-119", "Committee Consideration and Mark-up Session Held", "", ""),
    ("hr4312-119", "Forwarded by Subcommittee to Full Committee by the Yeas and Nays: 12 - 11.", "", ""),
    ("hr231-119", "Subcommittee on Water, Wildlife and Fisheries Discharged", "", ""),
    # Ordered reported is a vote in committee, not a report.
    ("hr231-119", "Ordered to be Reported (Amended) by Unanimous Consent.", "", "ordered_reported"),
    ("hr633-119", "Ordered to be Reported by the Yeas and Nays: 49 - 1.", "", "ordered_reported"),
    (
        "hr183-119",
        "Ordered to be Reported in the Nature of a Substitute by Unanimous Consent.",
        "",
        "ordered_reported",
    ),
    (
        "hr197-119",
        "Committee on Agriculture, Nutrition, and Forestry. Ordered to be reported without amendment "
        "favorably.",
        "",
        "ordered_reported",
    ),
    # Reported.
    (
        "hr183-119",
        "Reported (Amended) by the Committee on Natural Resources. H. Rept. 119-207, Part I.",
        "5000 H12200",
        "reported",
    ),
    (
        "hr4312-119",
        "Supplemental report filed by the Committee on Energy and Commerce, H. Rept. 119-270, Part III.",
        "5000 H12210",
        "reported",
    ),
    (
        "hres310-119",
        "The House Committee on House Administration reported an original measure, H. Rept. 119-53, by Mr. "
        "Steil.",
        "1010 H12100",
        "reported",
    ),
    (
        "hr197-119",
        "Committee on Agriculture, Nutrition, and Forestry. Reported by Senator Boozman without amendment. "
        "Without written report.",
        "14000",
        "reported",
    ),
    (
        "s1320-119",
        "Committee on Veterans' Affairs. Reported by Senator Moran with amendments. Without written report.",
        "",
        "reported",
    ),
    (
        "sres65-119",
        "Committee on the Judiciary. Original measure reported to Senate by Senator Grassley. "
        "Without written report.",
        "",
        "reported",
    ),
    # Discharged; a motion that was made, filed or rejected is none.
    ("hr183-119", "Committee on Agriculture discharged.", "5500 H12300", "discharged"),
    (
        "hr452-119",
        "Senate Committee on Banking, Housing, and Urban Affairs discharged by Unanimous Consent.",
        "14500",
        "discharged",
    ),
    (
        "sjres98-119",
        "Senate Committee on Foreign Relations discharged by Yea-Nay Vote. 52 - 47. Record Vote Number: 5, by "
        "motion, pursuant to 50 U.S.C. 1546a.",
        "",
        "discharged",
    ),
    (
        "sjres84-119",
        "Senate Committee on Health, Education, Labor, and Pensions discharged, by petition, pursuant to 5 "
        "U.S.C. 802(c).",
        "",
        "discharged",
    ),
    (
        "sjres53-119",
        "Motion to discharge Senate Committee on Foreign Relations rejected by Yea-Nay Vote. 39 - 56. Record "
        "Vote Number: 306.",
        "",
        "",
    ),
    (
        "sjres98-119",
        "Motion to discharge Senate Committee on Foreign Relations made. (consideration: CR S100)",
        "",
        "",
    ),
    (
        "hres278-119",
        "Motion to Discharge Committee filed by Mr. Boyle (PA). Petition No: 119-3. (<a "
        'href="https://clerk.house.gov/DischargePetition/2025050603">Discharge petition</a> text with '
        "signatures.)",
        "H17000",
        "discharge_petition",
    ),
    ("hr3377-119", "Mr. Bacon asked unanimous consent to discharge from committee and consider.", "H30200", ""),
    # Calendars and the desk.
    ("hr183-119", "Placed on the Union Calendar, Calendar No. 170.", "H12410", "on_calendar"),
    ("hres198-119", "Placed on the House Calendar, Calendar No. 9.", "H12420", "on_calendar"),
    (
        "hr197-119",
        "Placed on Senate Legislative Calendar under General Orders. Calendar No. 218.",
        "",
        "on_calendar",
    ),
    (
        "hr29-119",
        "Read the second time. Placed on Senate Legislative Calendar under General Orders. Calendar No. 10.",
        "",
        "on_calendar",
    ),
    (
        "hr29-119",
        "Read the first time. Placed on Senate Legislative Calendar under Read the First Time.",
        "",
        "",
    ),
    ("s3490-119", "Held at the desk.", "H15000", "at_desk"),
    # The House votes; the codes of the vote rows say "Failed" too.
    (
        "hjres87-119",
        "On passage Passed by the Yeas and Nays: 231 - 191 (Roll no. 111). (text: CR H1741)",
        "H37100",
        "passed_house",
    ),
    (
        "hjres87-119",
        "Passed/agreed to in House: On passage Passed by the Yeas and Nays: 231 - 191 (Roll no. 111). "
        "(text: CR H1741: 6)",
        "8000",
        "passed_house",
    ),
    (
        "hr183-119",
        "On motion to suspend the rules and pass the bill, as amended Agreed to by voice vote. "
        "(text: CR H3496)",
        "H37300",
        "passed_house",
    ),
    (
        "hr192-119",
        "On motion to suspend the rules and pass the bill Agreed to by the Yeas and Nays: (2/3 required): "
        "407 - 0 (Roll no. 8). (text: CR H99)",
        "H37300",
        "passed_house",
    ),
    ("hr3377-119", "On passage Passed without objection. (text: CR H1967)", "H37100", "passed_house"),
    (
        "hres54-119",
        "On agreeing to the resolution Agreed to without objection. (text: CR H267)",
        "H37100",
        "passed_house",
    ),
    (
        "hr1329-119",
        "On passage Failed by the Yeas and Nays: 204 - 216 (Roll no. 188).",
        "H37100",
        "failed_house",
    ),
    (
        "hr1329-119",
        "Failed of passage/not agreed to in House On passage Failed by the Yeas and Nays: 204 - 216 "
        "(Roll no. 188).",
        "9000",
        "failed_house",
    ),
    (
        "hres1175-119",
        "On agreeing to the resolution Failed by recorded vote: 197 - 228 (Roll no. 124).",
        "H37100",
        "failed_house",
    ),
    (
        "hr1329-119",
        "On motion to recommit Failed by the Yeas and Nays: 209 - 209 (Roll no. 187).",
        "H36210",
        "",
    ),
    ("hjres87-119", "Motion to reconsider laid on the table Agreed to without objection.", "H38310", ""),
    ("hr183-119", "The title of the measure was amended. Agreed to without objection.", "H38800", ""),
    ("hr183-119", "Mr. Stauber moved to suspend the rules and pass the bill, as amended.", "H30300", ""),
    (
        "hres1095-119",
        "On ordering the previous question Agreed to by the Yeas and Nays: 213 - 208 (Roll no. 79). "
        "(consideration: CR H2388-2389)",
        "H35000",
        "",
    ),
    ("hr1329-119", "Rule H. Res. 1300 passed House.", "H1L220", ""),
    (
        "hres1142-119",
        "The resolution provides that the House shall be considered to have taken from the Speaker's table "
        "H.R. 7147 and to have concurred in the Senate amendment with an amendment consisting of the text of "
        "Rules Committee Print 119-21.",
        "H12700",
        "",
    ),
    (
        "hr1034-119",
        "ASSUMING FIRST SPONSORSHIP - Mr. Magaziner asked unanimous consent that he may hereafter be "
        "considered as the first sponsor of H.R. 1034, a bill originally introduced by Representative Turner "
        "(TX), for the purpose of adding cosponsors and requesting reprintings.",
        "H8D000",
        "",
    ),
    (
        "hres713-119",
        "On motion to table the measure Agreed to by the Yeas and Nays: 214 - 213 (Roll no. 275).",
        "H36510",
        "tabled",
    ),
    # The Senate votes; its own rows have no code.
    (
        "hjres87-119",
        "Passed Senate without amendment by Yea-Nay Vote. 51 - 45. Record Vote Number: 279.",
        "",
        "passed_senate",
    ),
    (
        "hjres87-119",
        "Passed/agreed to in Senate: Passed Senate without amendment by Yea-Nay Vote. 51 - 45. Record Vote "
        "Number: 279.",
        "17000",
        "passed_senate",
    ),
    (
        "s3490-119",
        "Introduced in the Senate, read twice, considered, read the third time, and passed without amendment "
        "by Unanimous Consent. (consideration: CR S8755-8757; text: CR S8755-8756)",
        "",
        "introduced passed_senate",
    ),
    (
        "sres39-119",
        "Submitted in the Senate, considered, and agreed to without amendment and with a preamble by Unanimous "
        "Consent. (consideration: CR S387-388; text: CR S397-398)",
        "",
        "introduced passed_senate",
    ),
    (
        "sjres49-119",
        "Failed of passage in Senate by Yea-Nay Vote. 49 - 49. Record Vote Number: 225.",
        "",
        "failed_senate",
    ),
    (
        "sjres49-119",
        "Failed of passage/not agreed to in Senate: Failed of passage in Senate by Yea-Nay Vote. 49 - 49. "
        "Record Vote Number: 225.",
        "18000",
        "failed_senate",
    ),
    (
        "sjres49-119",
        "Motion to table the motion to reconsider the vote by which S.J. Res. 49 failed of passage (Record "
        "Vote No. 225) agreed to in Senate by Yea-Nay Vote. 50 - 49. Record Vote Number: 226.",
        "",
        "",
    ),
    (
        "sjres84-119",
        "Motion to proceed to consideration of measure rejected in Senate by Yea-Nay Vote. 47 - 52. Record "
        "Vote Number: 8.",
        "",
        "",
    ),
    (
        "sjres98-119",
        "Point of order that the measure is not entitled to expedited procedures under 50 U.S.C. 1546(a) "
        "raised against the measure agreed to in Senate by Yea-Nay Vote. 50 - 50. Record Vote Number: 9.",
        "",
        "",
    ),
    (
        "hr5371-119",
        "Cloture on the motion to proceed to the measure not invoked in Senate by Yea-Nay Vote. 55 - 45. "
        "Record Vote Number: 535.",
        "",
        "cloture_failed",
    ),
    ("hjres87-119", "Message on Senate action sent to the House.", "", ""),
    # Differences between the chambers.
    (
        "hr452-119",
        "On motion that the House suspend the rules and agree to the Senate amendment Agreed to by voice vote.",
        "H41610",
        "settled",
    ),
    (
        "hr452-119",
        "Resolving differences -- House actions: On motion that the House suspend the rules and agree to the "
        "Senate amendment Agreed to by voice vote.",
        "19500",
        "settled",
    ),
    (
        "hr452-119",
        "Mr. Williams (TX) moved that the House suspend the rules and agree to the Senate amendment. "
        "(consideration: CR H4274)",
        "H40140",
        "",
    ),
    (
        "s1678-116",
        "Resolving differences -- Senate actions: Senate agreed to the House amendment to S. 1678 by Unanimous "
        "Consent.",
        "20500",
        "settled",
    ),
    (
        "s4367-118",
        "Senate agreed, under the order of 12/12/2024, having achieved 60 votes in the affirmative, to the "
        "House amendment to S. 4367 by Yea-Nay Vote. 97 - 1. Record Vote Number: 327.",
        "",
        "settled",
    ),
    (
        "hr4346-117",
        "Senate concurred in the House amendment to the Senate amendment to H.R. 4346 with an amendment (SA "
        "5135) by Yea-Nay Vote. 64 - 33. Record Vote Number: 271.",
        "",
        "still_differs",
    ),
    (
        "hr6644-119",
        "Resolving differences -- House actions: On motion that the House agree with an amendment to the "
        "Senate amendment Agreed to by the Yeas and Nays: 217 - 200 (Roll no. 150).",
        "19500",
        "still_differs",
    ),
    (
        "hr3944-119",
        "Senate insists on its amendment, requests a conference, appoints conferees.",
        "",
        "conference",
    ),
    ("hr3630-112", "Conference held.", "", "conference"),
    ("hr3630-112", "Conference report H. Rept. 112-399 filed.", "", "conference"),
    (
        "hr3630-112",
        "On agreeing to the conference report Agreed to by the Yeas and Nays: 293 - 132 (Roll no. 72).",
        "H37100",
        "conference_agreed_house",
    ),
    (
        "hr3630-112",
        "Senate agreed to conference report by Yea-Nay Vote. 60 - 36. Record Vote Number: 22.",
        "",
        "conference_agreed_senate",
    ),
    # The President; E30000 stands on signings and on vetoes (quirk 22).
    ("hjres87-119", "Presented to President.", "28000 E20000", "presented"),
    ("hjres87-119", "Signed by President.", "36000 E30000", "law"),
    ("hjres87-119", "Signed by President.", "E30000", "law"),
    ("hjres87-119", "Became Public Law No: 119-15.", "36000 E40000", "law"),
    ("hr3377-119", "Became Private Law No: 119-1.", "41000 E40000", "law"),
    ("hr131-119", "Vetoed by President.", "31000 E30000", "vetoed"),
    ("hr504-119", "Vetoed by President.", "E30000", "vetoed"),
    ("hr2415-106", "Pocket Vetoed by President.", "31000", "vetoed pocket"),
    (
        "hjres64-111",
        "On passage, the objections of the President to the contrary notwithstanding Failed by the Yeas and "
        "Nays: (2/3 required): 143 - 245, 1 Present (Roll no. 2).",
        "H37100",
        "",
    ),
    (
        "hr6331-110",
        "Passed Senate over veto by Yea-Nay Vote. 70 - 26. Record Vote Number: 177.",
        "34000",
        "override_senate",
    ),
]
