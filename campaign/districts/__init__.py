"""From a ZIP, an address or a point to the seats that speak for it."""
