"""Our bytes out: reports, pages, maps, pictures, packages, workbooks, worklists."""
