"""Pages and JSON over the public record."""
