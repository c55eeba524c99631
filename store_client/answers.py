"""What the store's answers look like around their data, and what each status means."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from store_client.errors import StoreBadAnswer, StoreConflict, StoreNotFound, StoreRejected, StoreUnavailable
from store_client.models import Answer, Pagination

GATEWAY = (502, 504)
"""Answered by what stands before the store, which may still be at it."""
T = TypeVar("T")
A = TypeVar("A", bound=BaseModel)


class One(Answer, Generic[T]):
    data: T


class Page(Answer, Generic[T]):
    data: tuple[T, ...]
    pagination: Pagination


class Fault(Answer):
    code: str
    message: str = ""


class ErrorAnswer(Answer):
    error: Fault


def parse(status: int, content: bytes, answer: type[A]) -> A:
    if status >= 500:
        pending = status in GATEWAY
        raise StoreUnavailable("server", f"the store answered {status}", status=status, pending=pending)
    if status >= 400:
        raise _refusal(status, content)
    if status not in (200, 201):
        raise StoreBadAnswer(f"the store answered {status}")
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        # Only where and what kind: the values may be a customer's.
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors()[:3])
        raise StoreBadAnswer(f"the answer is not what the contract says ({faults})") from None


def _refusal(status: int, content: bytes) -> StoreNotFound | StoreRejected:
    try:
        fault = ErrorAnswer.model_validate_json(content).error
    except ValidationError:
        fault = Fault(code="unknown")  # a proxy's page: the status says enough
    code = fault.code
    if status == 404:
        return StoreNotFound(code, f"not found: {code}")
    if status in (409, 422):
        return StoreConflict(code, fault.message, status=status)
    return StoreRejected(status, code, f"the store refused: {status} {code}")
