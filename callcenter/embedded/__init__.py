"""PostgreSQL and Redis out of wheels, and the supervisor that runs everything on a machine that has none of it."""
