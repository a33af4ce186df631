"""Run by Alembic: migrations go through the connection that `app.store.migrate` opened, in its one transaction."""

from alembic import context

from app.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
