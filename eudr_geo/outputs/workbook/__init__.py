"""The lots workbook out: an empty one to fill in, one written from a book, and its corrected copy."""
