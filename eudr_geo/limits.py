"""How much a file may ask of us. Each limit can be raised by whoever calls the readers, none by a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of reading one file (house's own; reasons in the fault catalogue's section on limits)."""

    file_bytes: int = 250_000_000
    unpacked_bytes: int = 200_000_000
    zip_ratio: int = 100
    zip_members: int = 2_000
    records: int = 200_000
    property_names: int = 500
    text_length: int = 10_000
    json_depth: int = 32
    ring_vertices: int = 100_000
    file_vertices: int = 5_000_000
    sheet_rows: int = 200_000
    sheet_columns: int = 200
    memory_bytes: int = 1_500_000_000  # address space of the reading process
    cpu_s: int = 60
    wall_s: int = 90
    result_bytes: int = 1_000_000_000


DEFAULT_LIMITS = Limits()
