"""A small Congress of our own on a loopback port: invented from public facts, with a clock and faults.

``serve()`` gives a running ``Standin``; ``standin.world`` is what it serves and may be changed at any time.
"""

from standin.bills import Record, acted, joined, small_congress
from standin.people import PEOPLE, Legislator, anybody
from standin.server import FAULTS, KEY, LIST_FAULTS, Asked, Standin, World, billstatus, serve

__all__ = [
    "FAULTS",
    "KEY",
    "LIST_FAULTS",
    "PEOPLE",
    "Asked",
    "Legislator",
    "Record",
    "Standin",
    "World",
    "acted",
    "anybody",
    "billstatus",
    "joined",
    "serve",
    "small_congress",
]
