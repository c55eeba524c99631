"""What people are told of an order, in the languages of the shop."""

from collections.abc import Mapping

from demo_store.answers_orders import OrderDetails, OrderStatus, PaymentMethod
from demo_store.repository.tires import Language

STATUSES: Mapping[OrderStatus, Mapping[Language, str]] = {
    "draft": {"uk": "чернетка", "en": "draft"},
    "confirmed": {"uk": "підтверджено", "en": "confirmed"},
    "processing": {"uk": "комплектується", "en": "being packed"},
    "shipped": {"uk": "в дорозі", "en": "on its way"},
    "at_pickup_point": {"uk": "чекає в пункті видачі", "en": "waiting at the pickup point"},
    "delivered": {"uk": "отримано", "en": "delivered"},
    "cancelled": {"uk": "скасовано", "en": "cancelled"},
}

PAYMENTS: Mapping[PaymentMethod, Mapping[Language, str]] = {
    "cod": {"uk": "готівкою при отриманні", "en": "cash on delivery"},
    "online": {"uk": "онлайн", "en": "online"},
    "card_on_delivery": {"uk": "карткою при отриманні", "en": "by card on delivery"},
}


def confirmation_sms(order: OrderDetails, language: Language) -> str:
    """Of a confirmed order."""
    delivery, day = order.delivery, order.estimated_delivery
    if delivery is None or day is None:
        raise ValueError("only a confirmed order is told of")
    where = f"{delivery.city}, {delivery.address}"
    match language:
        case "uk":
            return (
                f"Замовлення {order.order_number} підтверджено: {order.items_summary}. "
                f"Сума {order.total:.2f} {order.currency}. {where}, очікуйте {day:%d.%m.%Y}."
            )
        case "en":
            return (
                f"Order {order.order_number} is confirmed: {order.items_summary}. "
                f"Total {order.total:.2f} {order.currency}. {where}, expected {day:%d.%m.%Y}."
            )
