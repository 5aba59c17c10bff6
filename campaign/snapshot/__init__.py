"""The snapshot in fixtures/: the data of a new installation before it has read any source.

``build`` writes it from a folder of source files or from the public addresses; ``load`` imports it into the
database and never overwrites newer data.
"""

from campaign.snapshot.building import build
from campaign.snapshot.loading import load

__all__ = ["build", "load"]
