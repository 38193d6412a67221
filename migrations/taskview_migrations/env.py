"""Alembic runs this file. The connection, and its transaction, are the caller's."""

from alembic import context

from taskview_core.persistence.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
)
context.run_migrations()
