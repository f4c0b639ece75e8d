"""Drawer of outputs: one file an output. ``FILE`` names the file of a package it renders, "" if it is none."""
