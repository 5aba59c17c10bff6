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
        ),
        _(
            "The public record: bills, members of Congress, present and former, their offices and districts, "
            "from public sources."
        ),
        _("For good."),
    )  # fmt: skip
    yield Statement(
        "readers",
        ("callcount",),
        _(
            "How calls went, as counts: for each member, bill and day, how many ended in which way. No "
            "name and no internet address is in them, and no count below five is shown to the public."
        ),
        _("As long as the campaign."),
    )
    yield Statement(
        "readers",
        ("callreceipt",),
        _(
            "For each report of a call a random number with its hour, so that it counts once and can be taken "
            "back. It leads to nobody."
        ),
        _("Two days at most."),
    )
    yield Statement(
        "readers",
        ("jobrun", "lease", "ratebudget"),
        _("When our own tasks ran, how they ended, and how much our sources allow; nothing about readers."),
        _("90 days; the newest state until the next."),
    )


def _of_mail(*, keeps_ip: bool) -> Iterator[Statement]:
    with_ip = _("The organization has chosen to keep with it the internet address you signed up from.")
    signed_up = _(
        "Your e-mail address, the language, bills and district you chose (not your ZIP code or street), "
        "when you last told us where you live and when we asked again because of new districts, when and in "
        "which words you agreed, and whether mail to you came back."
    )
    yield Statement(
        "mail",
        ("subscriber", "consent"),
        f"{signed_up} {with_ip}" if keeps_ip else signed_up,
        _("Until you erase it, by a link in every mail; a sign-up that is never confirmed, 30 days."),
    )
    yield Statement(
        "mail",
        ("edition", "content", "delivery"),
        _(
            "Which mail was sent to you and whether it arrived; not whether you opened it or what you pressed. "
            "Erasing takes your name off these rows."
        ),
        _("The text of a mail a month, the rows three months; after that only totals."),
    )
    yield Statement(
        "mail",
        ("mailtoken",),
        _("The links we mailed to you to confirm or choose, in a scrambled form that opens nothing."),
        _("A week after their use or end."),
    )
    yield Statement(
        "mail",
        ("attempt",),
        _(
            "That somebody asked for our mail, under a scrambled form of the e-mail and internet address, "
            "so that nobody can flood a mailbox."
        ),
        _("A week."),
    )
    yield Statement(
        "mail",
        ("suppression",),
        _(
            "When you stop or erase: a scrambled mark from which nobody can read your address. It keeps "
            "us from ever writing to you again."
        ),
        _("For good, unless you sign up again yourself."),
    )
    yield Statement(
        "mail",
        ("mailevent", "relaylimits", "mailpolicy"),
        _("Numbers of reports from mail providers, and how our mail is set up; no addresses."),
        _("Reports 30 days."),
    )


def _of_organizers() -> Iterator[Statement]:
    yield Statement(
        "organizers",
        ("account", "recoverycode", "signinlink", "usersession", "throttle"),
        _(
            "Of organizers who sign in: e-mail address, name, role, a scrambled password, and on which kind of "
            "browser they are signed in. A cookie keeps them signed in; nobody else gets one."
        ),
        _("While they work with us; a session seven days at most, used links a week after their end."),
    )
    yield Statement(
        "organizers",
        ("auditentry", "whipchange", "textversion"),
        _(
            "What organizers changed, and when: in the lists, in the texts and among the people who may "
            "sign in."
        ),
        _("For good: it only grows."),
    )
    yield Statement(
        "organizers",
        (
            "whipentry", "whipnote", "staffcontact", "pendingimport", "callreview", "savedview", "pollrequest",
            "billgoal", "campaignstate",
        ),
        _(
            "Goals, plans and notes about members of Congress, and whom to talk to in their offices: staff by "
            "name, role, telephone and e-mail address at work. Nothing about readers."
        ),
        _("Until an organizer removes it."),
    )  # fmt: skip
