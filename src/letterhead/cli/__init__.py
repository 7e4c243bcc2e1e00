"""The shell's entrance. start.py starts servers; all else is an HTTP client of one that runs."""
