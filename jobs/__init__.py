"""What happens by itself: one file a job, and the worker that runs them on time."""
