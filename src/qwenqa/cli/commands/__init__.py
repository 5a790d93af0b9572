"""What each command does: asks the library, shows what it said, and gives the exit code."""
