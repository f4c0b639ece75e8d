"""The lots workbook in: sheets found by their headings, rows read tolerantly, receipts for each change."""
