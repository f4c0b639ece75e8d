"""From degrees to the units of a drawing: a flat piece of the earth around a spot, north up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

METRES_PER_DEGREE = 111_320.0
"""Along a meridian, to 0.6 %: enough for a drawing, never used for a measured value."""

Positions = npt.NDArray[np.float64]
_NICE = (1.0, 2.0, 5.0)
_BEYOND = 1e9  # no coordinate system of the earth has larger numbers


@dataclass(frozen=True)
class Frame:
    """A window on the ground and the drawing it fills.

    Attributes
    ----------
    lon, lat
        Middle of the window, degrees.
    span_m
        Ground across the narrower side of the drawing, m.
    width, height
        Size of the drawing, in its units.
    """

    lon: float
    lat: float
    span_m: float
    width: int = 640
    height: int = 440

    @staticmethod
    def around(positions: Positions, *, least_m: float, width: int = 640, height: int = 440) -> Frame:
        """Return the window that shows all of these positions with a margin, and at least ``least_m`` of ground.

        Parameters
        ----------
        positions
            Shape (n, 2), lon lat in degrees, n ≥ 1, finite.
        least_m
            Ground shown across the narrower side where the positions take less, m.
        width, height
            Size of the drawing.
        """
        low, high = positions.min(axis=0), positions.max(axis=0)
        lon, lat = (float(value) for value in low + (high - low) / 2)
        across, up = (high - low) * METRES_PER_DEGREE * np.array([squeeze(lat), 1.0])
        # What is wide may use the wider side of the drawing.
        span = max(float(across) * min(width, height) / width, float(up) * min(width, height) / height)
        return Frame(lon, lat, max(span * 1.36, least_m), width, height)

    def close(self, lon: float, lat: float, span_m: float) -> Frame:
        """Return a closer window on one spot, of the same size."""
        return Frame(lon, lat, span_m, self.width, self.height)

    @property
    def units_per_m(self) -> float:
        """Units of the drawing for one metre on the ground."""
        return min(self.width, self.height) / self.span_m

    def to_units(self, positions: Positions) -> Positions:
        """Return positions of the drawing, shape (n, 2), x to the right and y down, for lon lat in degrees."""
        scale = METRES_PER_DEGREE * self.units_per_m
        away = (np.asarray(positions, dtype=np.float64) - [self.lon, self.lat]) * [scale * squeeze(self.lat), -scale]
        moved: Positions = away + np.array([self.width / 2, self.height / 2])
        return moved

    def to_metres(self, positions: Positions, lon: float, lat: float) -> npt.NDArray[np.float64]:
        """Distances on the ground of positions (n, 2) from one spot, flat, m, shape (n,)."""
        away = (positions - [lon, lat]) * METRES_PER_DEGREE * np.array([squeeze(self.lat), 1.0])
        distances: npt.NDArray[np.float64] = np.hypot(away[:, 0], away[:, 1])
        return distances

    def scale_bar(self) -> tuple[float, str] | None:
        """Length of the scale bar in units and what it says; None where there is no ground (projected metres)."""
        if not (abs(self.lat) <= 90 and abs(self.lon) <= 540):
            return None
        metres = nice(self.span_m / 3.2)
        return metres * self.units_per_m, _ground(metres)


def squeeze(lat: float) -> float:
    """How much shorter a degree of longitude is than one of latitude; 1 where the value is no latitude."""
    return max(float(np.cos(np.radians(lat))), 0.02) if abs(lat) <= 90 else 1.0


def nice(value: float) -> float:
    """The largest of 1, 2, 5 × 10ⁿ that is not above a value.

    Examples
    --------
    >>> nice(37.0), nice(0.09), nice(1000.0)
    (20.0, 0.05, 1000.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(max((step * power for step in _NICE if step * power <= value * 1.000_001), default=power))


def _ground(metres: float) -> str:
    if metres >= 1000:
        return f"{metres / 1000:,.0f} km".replace(",", " ")
    if metres >= 1:
        return f"{metres:.0f} m"
    return f"{metres * 100:.0f} cm" if metres >= 0.01 else f"{metres * 1000:.3g} mm"


def finite(positions: Any) -> Positions:
    """Return the positions that can be drawn, shape (n, 2): finite numbers, of a size that some system has."""
    array = np.asarray(positions, dtype=np.float64).reshape(-1, 2)
    return array[(np.abs(array) < _BEYOND).all(axis=1)]  # also false for what is no number
