"""The documents that rules rest on, by the names that reports print."""

GEO = "EUDR GeoJSON File Description 1.3 (2026-05-29)"
"""The Commission's description of the geolocation file, with its list of errors."""
LAW = "Regulation (EU) 2023/1115, Article 2(28)"
"""What geolocation means: a point of six decimals, a polygon above four hectares."""
VALIDATION = "EU system validation rules 2026"
"""What the information system checks of a statement."""
