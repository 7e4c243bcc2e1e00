"""The store: everything that is kept, in SQLite; a file of SQL for each noun."""
