"""Two machines on one database, the cable of one of them cut: a command, and the parts that tests share with it."""
