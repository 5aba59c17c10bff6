"""The scheduled jobs, one file each, and the worker that runs them."""
