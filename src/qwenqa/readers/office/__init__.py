"""Office files: Word, PowerPoint, Excel, OpenDocument, and those of before 2007."""
