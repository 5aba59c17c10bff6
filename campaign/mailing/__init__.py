"""The weekly digest: who asked for it, what is in it, and how each copy leaves once."""
