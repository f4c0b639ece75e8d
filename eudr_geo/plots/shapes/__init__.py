"""Shapes of plots as arrays: rings, folds, crossings, decimals, holes. No rule is judged here."""
