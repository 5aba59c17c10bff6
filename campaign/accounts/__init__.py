"""Who may organize: users, their sessions, and the log of what they did."""
