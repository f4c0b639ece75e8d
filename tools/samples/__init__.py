"""The invented cooperative of ``sample_plots/``: its people, land, season and files."""
