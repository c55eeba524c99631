"""Who may ask: `Authorization: Bearer KEY`."""

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from demo_store.errors import Unauthorized

_bearer = HTTPBearer(auto_error=False)

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def require_key(request: Request, credentials: Credentials) -> None:
    _require(request.app.state.settings.api_key, credentials)


def require_admin_key(request: Request, credentials: Credentials) -> None:
    _require(request.app.state.settings.admin_key, credentials)


def _require(key: str, credentials: HTTPAuthorizationCredentials | None) -> None:
    given = credentials.credentials if credentials else ""
    if not secrets.compare_digest(given.encode(), key.encode()):
        raise Unauthorized("unauthorized", "give the key as Authorization: Bearer KEY")
