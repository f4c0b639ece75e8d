"""Strangers' bytes in: one door, a cage, a reader for each format, and what a record says."""
