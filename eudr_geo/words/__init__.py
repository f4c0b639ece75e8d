"""Every word that a user reads, in every language, as tables."""
