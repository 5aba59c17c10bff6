"""The supporters' pages."""
