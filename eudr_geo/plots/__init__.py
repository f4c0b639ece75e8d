"""The arithmetic of land: positions, shapes, areas, distances, countries."""
