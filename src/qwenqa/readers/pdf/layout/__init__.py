"""From a page's words to the document's text: lines, columns, tables, furniture."""
