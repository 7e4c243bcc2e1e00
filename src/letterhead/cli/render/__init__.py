"""What people see in the terminal: the screen, and a file for each noun that is shown on it."""
