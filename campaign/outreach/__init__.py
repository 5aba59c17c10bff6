"""What a supporter asks of a member, and in which words."""
