"""The schema's migrations, run from wherever the package is installed, without an ini file."""

from taskview_migrations.report import IndexStatus, SchemaStatus, TableStatus, UpgradeReport
from taskview_migrations.stages import make_schema
from taskview_migrations.status import status
from taskview_migrations.upgrade import downgrade, upgrade

__all__ = [
    "IndexStatus",
    "SchemaStatus",
    "TableStatus",
    "UpgradeReport",
    "downgrade",
    "make_schema",
    "status",
    "upgrade",
]
