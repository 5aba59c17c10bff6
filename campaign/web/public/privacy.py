"""What is kept, told table by table: a table without a statement fails tests/web/public/test_privacy.py."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from campaign.mailing import policy
from campaign.web.core.languages import _


@dataclass(frozen=True)
class Statement:
    """What the tables of one kind hold, whom it concerns (readers, mail or organizers), and how long "
    "it stays."""

    about: str
    tables: tuple[str, ...]
    text: str
    until: str


def statements(session: Session) -> list[Statement]:
    """Everything that is written down, in the reader's language."""
    return [*_of_readers(), *_of_mail(keeps_ip=policy.policy(session).keep_ip), *_of_organizers()]


def _of_readers() -> Iterator[Statement]:
    yield Statement(
        "readers",
        (
            "bill", "cosponsorship", "action", "referral", "related", "listedbill", "change", "tracking",
            "rawreply", "member", "seat", "tenure", "office", "committee", "committeeseat", "sourcestate",
            "campaign", "proposal", "kinship", "zipseat", "zipcode", "districtshape", "citedfact",
            "campaignlogo", "campaignpicture", "campaignaction", "target", "meeting", "meetingchange",
            "recordedvote", "rollcall", "membervote",
            "floorweek", "floorbill", "sessionday", "calendarsource",
        ),
        _(
            "The public record: bills, members of Congress now and before, their offices and districts, and "
                "the calendars of Congress. All of it comes from public sources."
        ),
        _("Permanently."),
    )  # fmt: skip
    yield Statement(
        "readers",
        ("callcount", "calltotal"),
        _(
            "How calls went, as counts: for each member, bill and day, how many ended in which way. "
            "They contain no name and no internet address, and we do not publish a count below five."
        ),
        _("As long as the campaign."),
    )
    yield Statement(
        "readers",
        ("callreceipt",),
        _(
            "For each report of a call, a random number and its hour, so that it counts once and you "
            "can undo it. It identifies no one."
        ),
        _("Two days at most."),
    )
    yield Statement(
        "readers",
        ("stepcount",),
        _(
            "How often each day, in each language, someone came from elsewhere or saw their members. How "
            "often someone opened a script, reported a call or used a share link. These are totals: nothing "
            "tells one visitor from another. A number below 20 is shown to no one."
        ),
        _("One year."),
    )
    yield Statement(
        "readers",
        ("phonereport",),
        _(
            "That a number of an office didn’t work for someone, and when. A short code, made from the "
            "internet address, lets each person count once. Thousands of addresses share each code, so it "
            "leads back to no one."
        ),
        _("Eight days at most."),
    )
    yield Statement(
        "readers",
        ("jobrun", "lease", "ratebudget"),
        _(
            "When our own tasks ran, how they ended, and how many requests our sources allow. Nothing "
            "about readers."
        ),
        _("90 days. The newest entry stays until the next one."),
    )


def _of_mail(*, keeps_ip: bool) -> Iterator[Statement]:
    with_ip = _("The organization also stores the internet address you signed up from.")
    signed_up = _(
        "Your email address, and the language, bills and district you chose (not your ZIP code or "
        "street). When you last told us where you live, and when we asked again because of new "
        "districts. When you agreed, and to which words. If email to you bounced."
    )
    yield Statement(
        "mail",
        ("subscriber", "consent"),
        f"{signed_up} {with_ip}" if keeps_ip else signed_up,
        _("Until you delete it with the link in every email. A sign-up that is never confirmed, 30 days."),
    )
    yield Statement(
        "mail",
        ("edition", "content", "delivery"),
        _(
            "Which emails we sent you and if they arrived, not what you opened or clicked. Deleting "
            "your information takes your name off these rows."
        ),
        _("The text of an email, one month. The rows, three months. After that, only totals."),
    )
    yield Statement(
        "mail",
        ("signature",),
        _(
            "If you sign, pledge to call or report a letter: your email address, what you wrote in the form, "
            "and when you confirmed it. We show your name only if you checked the box. We never show or hand "
            "over your email address."
        ),
        _(
            "Until you withdraw it with the link in the email, or the organization removes it. If you never "
            "confirm it, 30 days."
        ),
    )
    yield Statement(
        "mail",
        ("mailtoken",),
        _("The links we emailed you to confirm or to open your settings. They are scrambled and open nothing."),
        _("A week after they are used or expire."),
    )
    yield Statement(
        "mail",
        ("attempt",),
        _(
            "That someone asked for our email, so that no one can flood an inbox. The email and "
            "internet address are scrambled."
        ),
        _("A week."),
    )
    yield Statement(
        "mail",
        ("suppression",),
        _(
            "When you unsubscribe or delete: a scrambled code. No one can turn it back into your "
            "address. With it, we never email you again."
        ),
        _("Permanently, unless you sign up again yourself."),
    )
    yield Statement(
        "mail",
        ("mailevent", "relaylimits", "mailpolicy"),
        _("How many reports email providers send us, and how our email is set up. No addresses."),
        _("Reports, 30 days."),
    )


def _of_organizers() -> Iterator[Statement]:
    yield Statement(
        "organizers",
        (
            "account",
            "apitoken",
            "passkey",
            "passkeychallenge",
            "recoverycode",
            "signinlink",
            "usersession",
            "throttle",
        ),
        _(
            "About organizers who sign in: email address, name, role, a scrambled password and the public "
            "half of their passkeys. Also the kind of browser they are signed in on. A cookie keeps them "
            "signed in. No one else gets one."
        ),
        _("While they work with us. A session, seven days at most. Used links, a week after they expire."),
    )
    yield Statement(
        "organizers",
        ("auditentry", "whipchange", "textversion"),
        _("What organizers changed, and when: in lists, in texts and in who may sign in."),
        _("Permanently. It only grows."),
    )
    yield Statement(
        "organizers",
        ("webhookendpoint", "webhookmessage"),
        _(
            "Addresses of programs and chats that are told when something happens on a bill, what they were "
            "told, and if it arrived. Nothing about readers."
        ),
        _("An address until an organizer removes it. A message, 30 days after it arrived or was given up."),
    )
    yield Statement(
        "organizers",
        (
            "whipentry", "whipnote", "whipnotechange", "staffcontact", "pendingimport", "callreview",
            "savedview", "pollrequest",
            "billgoal", "campaignstate", "officephone",
        ),
        _(
            "Goals, plans and notes about members of Congress, and office numbers we corrected. Who to "
                "talk to in their offices: staff names, roles, phone numbers and email addresses at work. "
                "Nothing about readers."
        ),
        _("Until an organizer removes it."),
    )  # fmt: skip
