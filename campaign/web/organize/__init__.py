"""The organizers' pages, behind sign-in."""
