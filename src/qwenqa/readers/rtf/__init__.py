"""Rich Text Format, by itself and inside mails."""
