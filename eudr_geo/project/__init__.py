"""What is done with a project: import, audit, packages, maps, verification, the demo."""
