"""The errors of the store, each with the status and the code that its answer carries.

StoreFault
 ├─ InvalidRequest     400
 │   └─ Unprocessable  422
 ├─ Unauthorized       401
 ├─ NotFound           404
 ├─ Conflict           409: it is well asked, and cannot be done as things stand
 └─ Unavailable        503: PostgreSQL is away, or not set up yet
"""


class StoreFault(Exception):
    """Root of the errors that become answers. `code` is for programs, the message for people."""

    status = 500
    headers: dict[str, str] | None = None

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidRequest(StoreFault):
    status = 400


class Unprocessable(InvalidRequest):
    status = 422


class Unauthorized(StoreFault):
    status = 401
    headers = {"WWW-Authenticate": "Bearer"}  # noqa: RUF012 - a constant of the class, never changed


class NotFound(StoreFault):
    status = 404


class Conflict(StoreFault):
    status = 409


class Unavailable(StoreFault):
    status = 503
    headers = {"Retry-After": "1"}  # noqa: RUF012 - a constant of the class, never changed
