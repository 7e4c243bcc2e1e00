"""What Alembic runs to run the migrations; migration.py hands in a connection that is in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
