"""The schema, migration by migration; Alembic runs env.py, and that the files of versions/ in order."""
