"""From a ZIP code, an address or a point to the seats that represent it."""
