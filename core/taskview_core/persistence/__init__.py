"""Storage over SQLAlchemy. Nothing of SQLAlchemy leaves this package but what its names promise."""
