"""The operator's hand: ``campaign …``.

``--json``, before or after a command's name, prints one JSON object on standard output and nothing else;
logs and progress go to standard error. Exit 0: done. 1: done in part, saying what failed. 2: refused.

Rooms are imported inside the commands, here and nowhere else: ``campaign --help`` answers at once.
"""

from campaign.cli import mail, places, record, service
from campaign.cli.desk import main

# Importing a module of commands is what puts them on the desk.
__all__ = ["mail", "main", "places", "record", "service"]
