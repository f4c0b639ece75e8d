"""The lots workbook: its sheets and words in six languages, its rows read tolerantly, and written again."""
