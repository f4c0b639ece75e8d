"""Small data for offline use; origin and date of each file stand in docs/reference/sources.md."""
