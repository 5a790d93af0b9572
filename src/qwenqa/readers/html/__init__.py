"""Web pages: their article as the text, what stands around it as furniture."""
