"""How the extractive QA model is trained; see README.md."""
