"""Drawer of input formats: one file a format. They run inside the cage."""
