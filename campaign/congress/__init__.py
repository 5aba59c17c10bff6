"""The public record of Congress: what was observed, when, and what it means."""
