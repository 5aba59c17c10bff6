"""The readers of the calendars: for each source one that asks, and stores what it said."""
