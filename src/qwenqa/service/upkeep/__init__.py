"""What keeps the index and its users: rebuilding, adding, saved questions, status."""
