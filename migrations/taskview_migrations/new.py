"""Makes the file of a new revision: `python -m taskview_migrations.new "what it does"`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from taskview_migrations.config import alembic_config, revisions


def new_revision(message: str, folder: Path | None = None) -> Path:
    """Write the file for the next revision, into `folder` or beside the others; give its path."""
    prefix, _, newest = revisions()[-1].rpartition("_")
    number = f"{int(newest) + 1:04d}"
    slug = "_".join(re.findall(r"[a-z0-9]+", message.lower())[:5]) or "change"
    config = alembic_config()
    config.set_main_option("file_template", f"rev_{number}_{slug}")
    beside = Path(__file__).parent / "versions"
    places = os.pathsep.join(str(place) for place in {beside, folder or beside})
    config.set_main_option("version_locations", places.replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    made = scripts.generate_revision(
        f"{prefix}_{number}",
        message,
        head="head",
        version_path=str(folder or beside),
    )
    if made is None:
        raise RuntimeError("no file was made")
    return Path(made.path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m taskview_migrations.new "what it does"')
    print(new_revision(sys.argv[1]))
