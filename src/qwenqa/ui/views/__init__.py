"""The views of the page: their parts and what happens when they are used."""
