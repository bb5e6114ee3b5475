"""Runs the migrations on the connection that `engine.store.migrate` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
# The caller's transaction is the one that counts; alembic joins it.
context.run_migrations()
