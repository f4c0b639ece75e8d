"""What makes the tables of a project, its fences and its layers for people; the steps that bring older ones here are apart."""
