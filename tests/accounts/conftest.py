"""Hashes made cheap by their parameters, not by a stand-in: what is tested is how they are used."""

import pytest
from visitors import CHEAP

from campaign.accounts import passwords


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    monkeypatch.setattr(passwords, "_NOBODY", [])
