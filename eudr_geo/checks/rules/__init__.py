"""Drawer of rules: one function a rule, one file a family. See :mod:`eudr_geo.checks.catalogue`."""
