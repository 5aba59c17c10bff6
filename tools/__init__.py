"""What the project's own checks need beside pytest."""
