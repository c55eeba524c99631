"""The client of the store's API. It uses no other package of this project."""

from store_client.errors import (
    StoreBadAnswer,
    StoreConflict,
    StoreError,
    StoreNotFound,
    StoreRejected,
    StoreUnavailable,
)
from store_client.store import Store

__all__ = [
    "Store",
    "StoreBadAnswer",
    "StoreConflict",
    "StoreError",
    "StoreNotFound",
    "StoreRejected",
    "StoreUnavailable",
]
