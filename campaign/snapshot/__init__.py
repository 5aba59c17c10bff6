"""The snapshot in fixtures/: what a fresh installation shows before it has reached any source.

``build`` writes it from a folder of source files or from the public addresses; ``load`` takes it over into
the database and never overwrites anything newer.
"""

from campaign.snapshot.building import build
from campaign.snapshot.loading import load

__all__ = ["build", "load"]
