"""callcenter db: the journal's tables."""

from typing import Annotated

import typer

db_app = typer.Typer(help="The journal's tables in PostgreSQL.", no_args_is_help=True)


@db_app.command()
def upgrade(revision: Annotated[str, typer.Argument(help="How far.")] = "head") -> None:
    """Bring the tables forward."""
    from callcenter.journal import migrate

    migrate.upgrade(_dsn(), revision)
    typer.echo(f"The journal's tables are at {migrate.current_revision(_dsn())}.")


@db_app.command()
def downgrade(revision: Annotated[str, typer.Argument(help="How far back; base: no tables at all.")]) -> None:
    """Take the tables back. What only the newer ones held is gone."""
    from callcenter.journal import migrate

    migrate.downgrade(_dsn(), revision)
    typer.echo(f"The journal's tables are at {migrate.current_revision(_dsn())}.")


def _dsn() -> str:
    from callcenter.config import load_settings
    from callcenter.errors import ConfigurationError

    settings = load_settings()
    if settings.database_url is None:
        raise ConfigurationError("DATABASE_URL is not set: name the PostgreSQL (postgresql://user:password@host/name)")
    return settings.database_url.get_secret_value()
