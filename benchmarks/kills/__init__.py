"""What killed processes cost: SIGKILL at random moments, started again, and what is left compared.

``python -m benchmarks.kills --kills 100`` runs the long loops on both engines; the suite runs short ones.
"""
