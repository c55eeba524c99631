"""What the tools of an order are called with."""

from typing import Annotated, Literal

from pydantic import Field

from callcenter.agent.tools.schema import Arguments, Number
from store_client.models_orders import PaymentMethod

Text = Annotated[str, Field(max_length=120)]
Id = Annotated[str, Field(max_length=60)]
MOST_ITEMS = 10


class Item(Arguments):
    product_id: Annotated[Id, Field(description="id from search_tires")]
    quantity: Annotated[Number, Field(ge=1, le=99)]


class DraftArguments(Arguments):
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=MOST_ITEMS)]
    customer_phone: Annotated[
        Text | None, Field(description="Only when the caller's own number is withheld: the number they dictated")
    ] = None


class DeliveryArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None
    delivery_type: Literal["delivery", "pickup"]
    city: Annotated[Text | None, Field(description="For delivery")] = None
    address: Annotated[Text | None, Field(description="Street and house, for delivery")] = None
    pickup_point_id: Annotated[Id | None, Field(description="id from get_pickup_points, for pickup")] = None


class ConfirmArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None
    payment_method: Annotated[
        PaymentMethod,
        Field(description="cod: cash on delivery; online: a link by SMS; card_on_delivery: by card to the courier"),
    ]
    customer_name: Text | None = None


class DropArguments(Arguments):
    order_id: Annotated[Id | None, Field(description="Of the draft")] = None


class CityArguments(Arguments):
    city: Text
