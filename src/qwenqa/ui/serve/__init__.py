"""Between a browser and the page: addresses, connections, the guard, logins, uploads."""
