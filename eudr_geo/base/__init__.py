"""The ground: what everything stands on and what knows nothing of the rest."""
