"""Parts of the sample generator."""
