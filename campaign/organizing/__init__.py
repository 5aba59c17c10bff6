"""What organizers count and decide."""
