"""Orders: found, drafted, changed while they are drafts, confirmed with what they take out of stock.

Every change locks its order first, and then, where it is confirmed, its tires in the order of their ids.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_store.answers_orders import Order, OrderDetails, OrderStatus
from demo_store.audit import note_change
from demo_store.database import Database
from demo_store.errors import Conflict, NotFound
from demo_store.idempotency import RequestKey, done_once
from demo_store.order_requests import Confirmation, NewOrder, ToAddress, ToPickupPoint
from demo_store.order_wording import confirmation_sms
from demo_store.repository.delivery import shipment
from demo_store.repository.order_rows import listed_order, read_order
from demo_store.repository.stock import refuse_what_is_short, take_stock
from demo_store.repository.tires import Language
from demo_store.sql import queries

if TYPE_CHECKING:
    from demo_store.database import Transaction


@dataclass(frozen=True, slots=True)
class Asking:
    """What every change is told beside its body."""

    language: Language
    call_id: str | None = None
    """None: the call that made the order, as far as it is known."""
    key: RequestKey | None = None


class OrderRepository:
    """Raises NotFound for orders, tires and places that there are not, Conflict for what cannot be done now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = queries("orders")

    async def search(
        self,
        phone: str | None,
        number: str | None,
        status: OrderStatus | None,
        limit: int,
        offset: int,
        language: Language,
    ) -> tuple[list[Order], int]:
        """One page, the newest first, and how many there are in all. `phone` is E.164."""
        rows = await self._database.fetch(self._sql["search"], phone, number, status, limit, offset)
        (counted,) = await self._database.fetch(self._sql["count"], phone, number, status)
        return [listed_order(row, language) for row in rows], counted["total"]

    async def order(self, order_id: int, language: Language) -> OrderDetails:
        async with self._database.transaction(snapshot=True) as connection:
            return await _known(connection, order_id, language)

    async def create(self, asked: NewOrder, asking: Asking) -> OrderDetails:
        """A draft. It holds no stock, but more than there is cannot even be drafted."""
        async with self._database.transaction() as connection:
            return await done_once(
                connection, asking.key, asked, OrderDetails, lambda: self._draft(connection, asked, asking)
            )

    async def set_delivery(self, order_id: int, chosen: ToAddress | ToPickupPoint, asking: Asking) -> OrderDetails:
        async with self._database.transaction() as connection:
            before = await self._locked(connection, order_id, asking.language)
            _require_draft(before)
            goes = await shipment(connection, chosen, before.subtotal, before.weight_kg)
            await connection.execute(
                self._sql["set_delivery"],
                order_id,
                *(goes.delivery_type, goes.city_id, goes.address, goes.pickup_point_id, goes.cost, goes.days),
            )
            return await _changed(connection, "order_delivery_set", order_id, before, asking)

    async def confirm(self, order_id: int, asked: Confirmation, asking: Asking) -> OrderDetails:
        """The tires are taken out of stock, and the SMS, where one is wanted, is written in the same transaction."""
        async with self._database.transaction() as connection:
            return await done_once(
                connection, asking.key, asked, OrderDetails, lambda: self._confirm(connection, order_id, asked, asking)
            )

    async def drop(self, order_id: int, asking: Asking) -> OrderDetails:
        """A draft that is dropped already, or has expired, stays as it is."""
        async with self._database.transaction() as connection:
            before = await self._locked(connection, order_id, asking.language)
            if before.status == "cancelled" and before.payment is None:
                return before
            _require_draft(before)
            await connection.execute(self._sql["drop"], order_id)
            await connection.execute(self._sql["note_status"], order_id)
            return await _changed(connection, "order_dropped", order_id, before, asking)

    async def _draft(self, connection: "Transaction", asked: NewOrder, asking: Asking) -> OrderDetails:
        wanted = asked.quantities()
        tires = {row["id"]: row for row in await connection.fetch(self._sql["priced"], list(wanted))}
        for place, item in enumerate(asked.items):
            if item.product_id not in tires:
                raise NotFound("tire_not_found", f"items.{place}.product_id: there is no tire of this id")
        lines = [(tires[product_id], quantity) for product_id, quantity in wanted.items()]
        refuse_what_is_short([(tire["name"], tire["size"], many, tire["stock_quantity"]) for tire, many in lines])
        order_id: int = await connection.fetchval(
            self._sql["insert"],
            *(asked.customer_phone, asked.customer_name, asked.source, asked.call_id),
            lines[0][0]["currency"],
            sum(tire["price"] * many for tire, many in lines),
            sum(tire["weight_kg"] * many for tire, many in lines),
        )
        await connection.executemany(
            self._sql["insert_item"],
            [
                (order_id, place, tire["id"], tire["name"], tire["size"], many, tire["price"])
                for place, (tire, many) in enumerate(lines, start=1)
            ],
        )
        await connection.execute(self._sql["note_status"], order_id)
        return await _changed(connection, "order_created", order_id, None, asking)

    async def _confirm(
        self, connection: "Transaction", order_id: int, asked: Confirmation, asking: Asking
    ) -> OrderDetails:
        before = await self._locked(connection, order_id, asking.language)
        _require_draft(before)
        if before.delivery is None:
            raise Conflict("no_delivery", "delivery or a pickup point must be chosen first")
        await take_stock(connection, before.items)
        await connection.execute(
            self._sql["confirm"],
            *(order_id, asked.payment_method, asked.customer_name, asked.send_sms_confirmation),
        )
        await connection.execute(self._sql["note_status"], order_id)
        after = await _changed(connection, "order_confirmed", order_id, before, asking)
        if asked.send_sms_confirmation:
            text = confirmation_sms(after, asking.language)
            await connection.execute(self._sql["send_sms"], after.customer.phone, text)
        return after

    async def _locked(self, connection: "Transaction", order_id: int, language: Language) -> OrderDetails:
        await connection.execute(self._sql["lock"], order_id)
        return await _known(connection, order_id, language)


async def _known(connection: "Transaction", order_id: int, language: Language) -> OrderDetails:
    order = await read_order(connection, order_id, language)
    if order is None:
        raise no_such_order()
    return order


def no_such_order() -> NotFound:
    return NotFound("order_not_found", "there is no order of this id")


async def _changed(
    connection: "Transaction", action: str, order_id: int, before: OrderDetails | None, asking: Asking
) -> OrderDetails:
    """The order as it is now, its change on record; a request that changed nothing, such as a repeated one, is not."""
    after = await _known(connection, order_id, asking.language)
    if after != before:
        call_id = asking.call_id or await connection.fetchval(queries("orders")["call"], order_id)
        await note_change(connection, action, f"orders/{order_id}", call_id, before, after)
    return after


def _require_draft(order: OrderDetails) -> None:
    if order.status != "draft":
        raise Conflict("not_a_draft", f"order {order.order_number} is {order.status}: only a draft can be changed")
