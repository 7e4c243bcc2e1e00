"""What Alembic runs to run the migrations; migration.py hands in a connection.

Where that is in a transaction, it holds all steps; else each step has one of its own.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
