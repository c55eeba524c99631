"""What comes with requests about orders beside their bodies."""

import re
from typing import Annotated

from fastapi import Depends, Header, Query
from pydantic import AfterValidator, Field

from demo_store.idempotency import GivenKey
from demo_store.listing import spoken_language
from demo_store.order_requests import PhoneNumber
from demo_store.repository.orders import Asking, no_such_order
from demo_store.repository.tires import Language
from demo_store.routes.inputs import Identifier

# 18 digits always fit PostgreSQL's bigint.
_ID = re.compile(r"[1-9][0-9]{0,17}")


def _order_id(order_id: Identifier) -> int:
    """Raises NotFound for what no order's id can be."""
    if not _ID.fullmatch(order_id):
        raise no_such_order()
    return int(order_id)


def _number(said: str) -> str:
    """ "48 29 15" and "№ 482915" are 482915."""
    return "".join(letter for letter in said if letter in "0123456789")


OrderId = Annotated[int, Depends(_order_id)]
Spoken = Annotated[Language, Depends(spoken_language)]
PhoneQuery = Annotated[PhoneNumber | None, Query()]
NumberQuery = Annotated[
    Annotated[str, Field(min_length=1, max_length=40, pattern="[0-9]"), AfterValidator(_number)] | None, Query()
]
_CallId = Annotated[str | None, Header(alias="X-Call-ID", min_length=1, max_length=200)]


def _asking(language: Spoken, x_call_id: _CallId = None) -> Asking:
    return Asking(language, x_call_id)


def _asking_once(language: Spoken, key: GivenKey, x_call_id: _CallId = None) -> Asking:
    return Asking(language, x_call_id, key)


Changing = Annotated[Asking, Depends(_asking)]
ChangingOnce = Annotated[Asking, Depends(_asking_once)]
"""For POSTs: with the Idempotency-Key, where one is given."""
