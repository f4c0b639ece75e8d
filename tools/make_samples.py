"""Write ``sample_plots/``: an invented coffee cooperative in Đắk Lắk, clean and messy. Same bytes every time.

Every person, plot, lot and company is made up; the land lies where it lies because coffee grows there.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from samples import clean, cooperative, messy  # noqa: E402

ROOT = Path(__file__).parents[1] / "sample_plots"


def main(root: Path = ROOT) -> None:
    """Write every sample."""
    coop = cooperative.build()
    (root / "clean").mkdir(parents=True, exist_ok=True)
    (root / "messy").mkdir(parents=True, exist_ok=True)
    clean.write(coop, root)
    messy.write(root / "messy")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
