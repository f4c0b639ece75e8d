"""From what a supplier wrote to plots: names of columns, numbers, positions, boundaries, and the count of them all."""
