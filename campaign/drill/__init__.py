"""A drill of the turn of the Congress: pages, kits, lists and mail of a day to come, on a copy."""
