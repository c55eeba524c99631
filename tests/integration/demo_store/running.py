"""A running demo store, and how to reach it."""

from dataclasses import dataclass

import httpx

API_KEY = "key-of-the-tests"
ADMIN = "admin-key-of-the-tests"


@dataclass(frozen=True, slots=True)
class RunningStore:
    url: str
    database_url: str

    def http(self, key: str = API_KEY) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {key}"})

    def admin(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{self.url}/admin", headers={"Authorization": f"Bearer {ADMIN}"})
