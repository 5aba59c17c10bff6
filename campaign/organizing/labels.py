"""Labels beside the ends of lines in a chart."""

from collections.abc import Sequence


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """The heights of labels, each moved up just enough to stand ``gap`` above the one below it.

    Heights are in the units of the drawing, from the top down; the order of the labels is kept.
    """
    moved = list(heights)
    below = float("inf")
    for index in sorted(range(len(heights)), key=lambda index: -heights[index]):
        moved[index] = below = min(heights[index], below - gap)
    return moved
