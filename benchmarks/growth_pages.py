"""Each page and JSON answer as growth measures it: every address of the app, made anew at each look."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import select
from werkzeug.routing import Rule

from benchmarks.growth_jobs import MEMBER, Look, World
from benchmarks.growth_rows import BILL, CAMPAIGN, ENDPOINT, PETITION
from benchmarks.organize import signed_in
from campaign import db
from campaign.accounts import api_tokens
from campaign.accounts.models import User, UserSession
from campaign.app import create_app

SEAT = "TX-20"
# Values for the variable parts of addresses; some differ by where an address begins.
PARTS: Final = {
    "seat": SEAT,
    "bill": BILL,
    "text": BILL,
    "bioguide": MEMBER,
    "form": "json",
    "size": "192",
    "kind": "csv",
    "name": "cosponsors",
    "shape": "mailchimp",
}
PARTS_OF: Final = {
    "/proposals/": {"slug": "armas-act"},
    "/feeds/proposals/": {"slug": "armas-act"},
    "/api/v1/proposals/": {"slug": "armas-act"},
    "/embed/": {"slug": "armas-act", "kind": "count"},
    "/actions/": {"slug": "petition"},
    "/organize/campaigns/": {"slug": CAMPAIGN},
    "/organize/actions/": {"id": str(PETITION), "act": "close"},
    "/organize/digest/": {"id": "1", "act": "pause"},
    "/organize/readers/": {"id": "4", "act": "stop"},
    "/organize/webhooks/": {"id": str(ENDPOINT)},
    "/organize/words/": {"kind": "goal", "key": BILL},
}
OF_A_CALL: Final = {"member": MEMBER}
QUERIES: Final = {
    "/act/<seat>/kit": {},
    "/act/<seat>/thanks": {},
    "/oembed": {"url": "https://campaign.bench-host.org/"},
    "/search": {"q": "guns"},
    "/find": {"zip": "78201"},
    "/api/v1/find": {"zip": "78201"},
    "/api/v1/scripts": {"bill": BILL, "member": MEMBER, "kind": "voicemail", "lang": "en"},
    "/api/v1/calls": {"bill": BILL},
    "/organize/digest/<int:id>/preview": {"language": "en", "seat": SEAT},
    "/organize/digest/<int:id>/mail": {"language": "en", "seat": SEAT},
    "/organize/lists.<kind>": {"bill": BILL, "list": "all"},
    "/organize/campaigns/<slug>/state": {"state": "paused"},
}
# What shows nothing of the tables, or belongs to a link that is good once.
SKIPPED: Final = ("/static", "/assets", "/es", "/c/", "/organize/link", "/organize/sign-in", "/organize/code")
TAKEN_AWAY: Final = (".csv", "/export/", "pack.", ".xlsx", "lists.<kind>", "board.<kind>", "calls.<kind>")


class Site:
    """The service with two that look at it: a visitor, and an administrator who has a program, too."""

    def __init__(self, world: World) -> None:
        self._clock, self._engine = world.clock, world.engine
        settings = world.settings.model_copy(update={"geocoder_url": ""})
        self.visitor = create_app(settings, engine=world.engine).test_client()
        self.organizer = signed_in(world.engine)
        with db.writing(world.engine) as session:
            user = session.exec(select(User)).one()
            self.program = {"Authorization": f"Bearer {api_tokens.make(session, user, 'bench', now=world.now)}"}

    def pages(self, *, files: bool) -> Iterator[tuple[str, Look]]:
        """Every address that answers, by its rule; ``files``: those, too, whose answer is made of every row."""
        with db.writing(self._engine) as session:
            # As if the organizer had just proven again who it is.
            session.execute(sa.update(UserSession).values(proven_at=db.utcnow()))
        rules = self.visitor.application.url_map.iter_rules()
        for rule in sorted(rules, key=lambda rule: rule.rule):
            address = _address(rule) if files or _group(rule.rule) != "taken away" else None
            if address is not None and self._get(rule.rule, address)[0] == 200:
                yield f"{_group(rule.rule)}: {rule.rule}", self._look(rule.rule, address)

    def _look(self, rule: str, address: str) -> Look:
        def look() -> float:
            status, seconds = self._get(rule, address)
            assert status == 200, f"{address}: {status}"
            return seconds

        return look

    def _get(self, rule: str, address: str) -> tuple[int, float]:
        group = _group(rule)
        client = self.organizer if group in ("organizers", "taken away") else self.visitor
        client.application.extensions["page_cache"].pages.clear()
        client.application.extensions.pop("cached_results", None)
        self._clock.start()
        answer = client.get(address, headers=self.program if group == "programs" else {})
        answer.get_data()
        return answer.status_code, self._clock.stop()


def _group(rule: str) -> str:
    if rule.startswith("/organize"):
        return "taken away" if any(part in rule for part in TAKEN_AWAY) else "organizers"
    return "programs" if rule.startswith(("/api/v1/organize", "/metrics")) else "public"


def _address(rule: Rule) -> str | None:
    """An address of a rule with its parts filled in; None for what is not measured."""
    if "GET" not in (rule.methods or ()) or rule.rule.startswith(SKIPPED) or rule.rule.startswith("/<"):
        return None
    here = max((start for start in PARTS_OF if rule.rule.startswith(start)), key=len, default="")
    parts = {**PARTS, **PARTS_OF.get(here, {})}
    if not rule.arguments <= parts.keys():
        return None
    address = rule.rule
    for name in rule.arguments:
        address = _filled(address, name, parts[name])
    query = QUERIES.get(rule.rule, OF_A_CALL if rule.rule.startswith("/act/") else {})
    return f"{address}?{urlencode(query)}" if query else address


def _filled(address: str, name: str, value: str) -> str:
    start = next(part for part in address.split("<") if part.split(">")[0].split(":")[-1] == name)
    return address.replace(f"<{start.split('>')[0]}>", value)
