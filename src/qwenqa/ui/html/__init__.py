"""What the page shows, as HTML made of text; nothing here knows Gradio."""
