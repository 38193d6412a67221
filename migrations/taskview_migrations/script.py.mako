"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from taskview_migrations.steps import tell

revision = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say here what the step makes."""
    ${upgrades if upgrades else "raise NotImplementedError"}


def downgrade() -> None:
    """Say here what is lost on the way back."""
    ${downgrades if downgrades else "raise NotImplementedError"}
