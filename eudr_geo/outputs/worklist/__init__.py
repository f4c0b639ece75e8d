"""Worklists: what to do at each plot, as a workbook that is corrected in the field and read again."""
