"""Every organizer's route, and who comes in: a route that is not listed here fails (S11).

The table repeats what the routes declare, on purpose: whoever opens a page to more people writes it twice.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from copies import copy_of
from flask import Flask
from flask.testing import FlaskClient
from organizer_client import sign_in, token
from sqlalchemy.engine import Engine

from campaign.accounts import passwords
from campaign.accounts.users import ROLES
from campaign.web.core import routing

# View: the least role ("" is open to everybody), and whether it asks for a fresh proof.
TABLE: dict[str, tuple[str, bool]] = {
    "sign_in": ("", False),
    "sign_in_now": ("", False),
    "link": ("", False),
    "use_link": ("", False),
    "code": ("", False),
    "give_code": ("", False),
    "sign_out": ("viewer", False),
    "prove": ("viewer", False),
    "prove_now": ("viewer", False),
    "account": ("viewer", False),
    "set_password": ("viewer", True),
    "authenticator": ("viewer", True),
    "set_authenticator": ("viewer", True),
    "passkey": ("", False),
    "use_passkey": ("", False),
    "new_passkey": ("viewer", True),
    "add_passkey": ("viewer", True),
    "remove_passkey": ("viewer", True),
    "new_recovery_codes": ("viewer", True),
    "end_sessions": ("viewer", False),
    "set_name": ("viewer", False),
    "set_reminders": ("viewer", False),
    "make_token": ("organizer", True),
    "revoke_token": ("viewer", False),
    "people": ("admin", True),
    "invite": ("admin", True),
    "change_user": ("admin", True),
    "log": ("admin", True),
    "dashboard": ("viewer", False),
    "seen": ("viewer", False),
    "assign_member": ("organizer", False),
    "bill_page": ("viewer", False),
    "picture": ("viewer", False),
    "picture_png": ("viewer", False),
    "set_goal": ("organizer", False),
    "lists": ("viewer", False),
    "export_lists": ("organizer", True),
    "export_calls": ("organizer", True),
    "review_calls": ("organizer", False),
    "save_view": ("viewer", False),
    "remove_view": ("viewer", False),
    "member_page": ("viewer", False),
    "board": ("viewer", False),
    "export_board": ("organizer", True),
    "entry_page": ("organizer", False),
    "save_entry": ("organizer", False),
    "add_note": ("organizer", False),
    "change_note": ("organizer", False),
    "add_contact": ("organizer", False),
    "bring_page": ("organizer", False),
    "bring": ("organizer", False),
    "confirm_import": ("organizer", False),
    "change_many": ("organizer", False),
    "undo_changes": ("organizer", False),
    "actions": ("viewer", False),
    "new_action": ("organizer", False),
    "add_action": ("organizer", False),
    "action_page": ("organizer", False),
    "save_action": ("organizer", False),
    "action_step": ("organizer", True),
    "take_action_step": ("organizer", True),
    "action_pack": ("organizer", True),
    "action_signatures": ("organizer", False),
    "find_signatures": ("organizer", False),
    "change_signature": ("organizer", False),
    "action_targets": ("organizer", False),
    "look_at_targets": ("organizer", False),
    "take_targets": ("organizer", False),
    "export_targets": ("organizer", False),
    "find": ("viewer", False),
    "words": ("organizer", False),
    "add_bill": ("organizer", False),
    "decide_kin": ("organizer", False),
    "add_proposal": ("organizer", False),
    "campaign_list": ("organizer", False),
    "add_campaign": ("organizer", False),
    "campaign_as_file": ("organizer", False),
    "change_campaign": ("organizer", False),
    "change_of_state": ("organizer", False),
    "organization": ("organizer", False),
    "set_organization": ("organizer", False),
    "removal_asked": ("admin", True),
    "remove_campaign": ("admin", True),
    "text_page": ("organizer", False),
    "save_text": ("organizer", False),
    "publish": ("organizer", False),
    "system": ("viewer", False),
    "steps_page": ("viewer", False),
    "export_steps": ("organizer", True),
    "phone_page": ("viewer", False),
    "set_phone": ("organizer", False),
    "ask_order_page": ("organizer", False),
    "set_ask_order": ("organizer", False),
    "january": ("viewer", False),
    "poll_now": ("organizer", False),
    "digest": ("viewer", False),
    "build_digest": ("organizer", False),
    "digest_note": ("organizer", False),
    "digest_preview": ("organizer", False),
    "digest_mail": ("organizer", False),
    "digest_message": ("organizer", False),
    "digest_test": ("organizer", False),
    "digest_step": ("organizer", True),
    "take_digest_step": ("organizer", True),
    "readers": ("admin", True),
    "find_readers": ("admin", True),
    "reader_step": ("admin", True),
    "take_reader_step": ("admin", True),
    "export_readers": ("admin", True),
    "export_shaped": ("admin", True),
    "bring_readers": ("admin", True),
    "look_at_readers": ("admin", True),
    "take_readers": ("admin", True),
    "rejected_readers": ("admin", True),
    "webhooks": ("organizer", True),
    "add_webhook": ("organizer", True),
    "webhook": ("organizer", True),
    "try_webhook": ("organizer", True),
    "replay_message": ("organizer", True),
    "change_webhook": ("organizer", True),
    "mail_policy": ("admin", True),
    "set_mail_policy": ("admin", True),
}
SAMPLES = {"bill": "hr6736-119", "bioguide": "C001091", "name": "growth", "kind": "csv", "id": "9",
           "secret": "x", "slug": "us-guns-abroad", "what": "campaign", "key": "us-guns-abroad",
           "act": "approve", "number": "9", "shape": "osdi"}  # fmt: skip


@pytest.fixture
def snapshot_engine(small_congress: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A copy of the shipped campaign that a test may write to."""
    with copy_of(small_congress, tmp_path) as engine:
        yield engine


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gives no password right is compared with that of nobody."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(passwords, "_NOBODY", [])


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Method, path and view of every route below /organize, in both languages."""
    found = []
    for rule in app.url_map.iter_rules():
        blueprint, _, view = rule.endpoint.rpartition(".")
        if blueprint in ("organize_en", "organize_es"):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: SAMPLES[m[1]], rule.rule)
            found += [(method, path, view) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found)


def test_every_route_is_listed_and_declared_as_listed(app: Flask) -> None:
    assert {view for _, _, view in routes(app)} == set(TABLE)
    found = {}
    for _method, _path, view in routes(app):
        declared = routing.ACCESS[app.view_functions[f"organize_en.{view}"]]
        found[view] = declared.role, declared.proven
    assert found == TABLE


def test_nothing_below_organize_is_outside_the_guard(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if "/organize" in rule.rule and not rule.rule.startswith("/api/"):
            assert rule.endpoint.startswith(("organize_en.", "organize_es."))


def ask(client: FlaskClient, method: str, path: str, given: str) -> tuple[int, str]:
    response = client.get(path) if method == "GET" else client.post(path, data={"csrf_token": given})
    where = response.headers.get("Location", "")
    if response.status_code == 303 and where.partition("?")[0].endswith("/organize/sign-in"):
        return 401, ""
    # A picture is no text; whether a refusal stands in it can be told all the same.
    return response.status_code, response.data.decode(errors="replace")


@pytest.mark.parametrize("role", ["", *ROLES])
def test_s11_every_route_lets_in_whom_it_should_and_nobody_else(
    app: Flask, snapshot_engine: Engine, role: str
) -> None:
    reader = app.test_client()
    if role:
        sign_in(reader, snapshot_engine, role, f"{role}@example.org")
    known = token(reader)
    for number, (method, path, view) in enumerate(routes(app)):
        # Both languages share their views, and what is declared for them.
        if role and path.startswith("/es/"):
            continue
        client = reader
        # Forms about one's own account, and those about users, may end the session they are sent in.
        if method != "GET" and app.view_functions[f"organize_en.{view}"].__module__.endswith(".account"):
            client = app.test_client()
            # One address may not sign in this often.
            client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
            if role:
                sign_in(client, snapshot_engine, role, f"{role}-{view}-{method}@example.org".lower())
        given = known if client is reader else token(client)
        status, text = ask(client, method, path, given)
        needed = TABLE[view][0]
        told = f"{role or 'nobody'} {method} {path}: {status}"
        if not needed or (view == "sign_out" and role):
            assert status != 500, told
        elif not role:
            assert status == 401, told
        elif ROLES.index(role) > ROLES.index(needed):
            assert (status, "Your role can’t" in text or "Su función no" in text) == (403, True), told
        else:
            assert status not in (401, 500), told
            assert "Your role does not" not in text, told
