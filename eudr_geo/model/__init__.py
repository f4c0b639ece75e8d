"""The nouns of the field, one file a subject, and the tables that carry them.

Import from the submodule: ``from eudr_geo.model.plots import Plots``. Nothing is imported here, so that
``eudr-geo check`` does not load a database library it does not need.
"""
