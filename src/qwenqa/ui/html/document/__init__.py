"""HTML of an opened document: its lines, tables and pages, with what is marked on them."""
