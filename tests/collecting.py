"""Modules and collected tests stay to the end of a run: no garbage is looked for among them.

Imported before everything else that conftest.py loads.
"""

import gc

gc.disable()


def leave_out_what_stays() -> None:
    """Begin to collect garbage, but not among what is there: walking it was a fifth of the run."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)
