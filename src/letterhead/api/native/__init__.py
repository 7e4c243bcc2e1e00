"""Our own interface, /api/v2: a file for each noun, with its shapes and its handlers."""
