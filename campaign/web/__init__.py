"""Pages, JSON and feeds.

Read ``languages`` (every page has two addresses) and ``pages`` (how one is answered) first."""
