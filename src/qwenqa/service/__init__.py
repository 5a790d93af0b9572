"""The rooms wired together: ask, rebuild, status, verify."""
