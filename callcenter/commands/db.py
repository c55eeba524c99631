"""callcenter db: the journal's tables."""

from collections.abc import Callable
from typing import Annotated

import typer

db_app = typer.Typer(help="The journal's tables in PostgreSQL.", no_args_is_help=True)


@db_app.command()
def upgrade(revision: Annotated[str, typer.Argument(help="How far.")] = "head") -> None:
    """Bring the tables forward."""
    from callcenter.journal import migrate

    _migrate(migrate.upgrade, revision)


@db_app.command()
def downgrade(revision: Annotated[str, typer.Argument(help="How far back; base: no tables at all.")]) -> None:
    """Take the tables back. What only the newer ones held is gone."""
    from callcenter.journal import migrate

    _migrate(migrate.downgrade, revision)


def _migrate(step: Callable[[str, str], None], revision: str) -> None:
    import asyncpg
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from callcenter.config import load_settings
    from callcenter.errors import CallCenterError, ConfigurationError
    from callcenter.journal import migrate

    settings = load_settings()
    if settings.database_url is None:
        raise ConfigurationError("DATABASE_URL is not set: name the PostgreSQL (postgresql://user:password@host/name)")
    dsn = settings.database_url.get_secret_value()
    try:
        step(dsn, revision)
        typer.echo(f"The journal's tables are at {migrate.current_revision(dsn)}.")
    except CommandError as error:
        raise CallCenterError(f"callcenter db: {error}") from error
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, SQLAlchemyError) as error:
        fault = (str(error) or type(error).__name__).splitlines()[0]
        raise ConfigurationError(f"DATABASE_URL: PostgreSQL cannot be used: {fault}") from error
