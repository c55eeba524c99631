"""The orders that the seed tells of."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from demo_store.assortment import sources
from demo_store.assortment.past_orders import PastOrder, past_orders
from demo_store.assortment.places import cities
from demo_store.assortment.tires import listed_tires
from demo_store.phones import e164

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TIRES = listed_tires(sources.brands(), sources.sizes(), sources.makes(), sources.wording())
PLACES = cities()


def tell(now: datetime = NOW) -> list[PastOrder]:
    return past_orders(TIRES, PLACES, sources.read_data("customers.yaml"), now)


ORDERS = tell()


def test_there_are_as_many_as_a_shop_has_and_of_every_status() -> None:
    assert len(ORDERS) >= 200
    assert {order.status for order in ORDERS} == {
        *("draft", "confirmed", "processing", "shipped", "at_pickup_point", "delivered", "cancelled"),
    }
    assert {order.customer.city.id for order in ORDERS} == {city.id for city in PLACES}


def test_they_are_the_same_every_time_and_as_old_as_ever() -> None:
    assert tell() == ORDERS
    later = NOW + timedelta(days=30, hours=5)
    ages = [[now - order.history[0][1] for order in tell(now)] for now in (NOW, later)]
    assert ages[0] == ages[1]


def test_nothing_has_happened_that_is_still_to_come() -> None:
    for order in ORDERS:
        times = [at for _, at in order.history]
        assert times == sorted(times)
        assert times[-1] <= NOW
        if order.status in ("confirmed", "processing", "shipped"):
            assert order.estimated_delivery >= NOW.date()


def test_some_customers_have_several_orders_and_each_has_one_name() -> None:
    by_phone = Counter(order.customer.phone for order in ORDERS)
    assert sum(many > 1 for many in by_phone.values()) >= 20
    assert len({(order.customer.phone, order.customer.name, order.customer.address) for order in ORDERS}) == len(
        by_phone
    )


def test_their_numbers_belong_to_nobody() -> None:
    phones = {order.customer.phone for order in ORDERS} | {
        point.phone for city in PLACES for point in city.pickup_points
    }
    assert all(phone.startswith("+38000") and e164(phone) == phone for phone in phones)


def test_every_city_has_pickup_points_and_a_price_that_ends() -> None:
    assert {city.id for city in PLACES} == {"kyiv", "lviv", "odesa", "dnipro", "kharkiv"}
    for city in PLACES:
        assert len(city.pickup_points) >= 3
        assert 0 < city.tariff.cost < city.tariff.free_from
