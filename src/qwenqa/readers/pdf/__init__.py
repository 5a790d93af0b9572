"""PDF: pages to words with their boxes, and words to text."""
