"""The command line: ``campaign …``.

``--json``, before or after a command's name, prints one JSON object on standard output and nothing else;
logs and progress go to standard error. Exit 0: done. 1: done in part, saying what failed. 2: refused.

Only here are packages imported inside functions: ``campaign --help`` loads none of them and answers at once.
"""

from campaign.cli import calendars, campaigns, digest, drill, places, record, service, subscribers, votes
from campaign.cli.context import main

# Importing a module registers its commands.
__all__ = [
    "calendars",
    "campaigns",
    "digest",
    "drill",
    "main",
    "places",
    "record",
    "service",
    "subscribers",
    "votes",
]
