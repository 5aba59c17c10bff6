"""Two machines on one database, the cable of one of them cut: a command, and what tests share with it."""
