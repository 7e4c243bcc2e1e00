"""The store: everything that is kept, in SQLite or PostgreSQL; a file of SQL for each noun."""
