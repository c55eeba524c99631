"""What the store is asked to do with an order: the bodies of its requests.

There is no price in them: a field that is not listed here is refused.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from demo_store.answers_orders import PaymentMethod
from demo_store.phones import e164

MOST_OF_ONE = 99


def written_words(text: str) -> str:
    """Without the blanks around them. Raises ValueError."""
    if "\0" in text:  # PostgreSQL's text cannot hold it
        raise ValueError("must not hold a NUL character")
    words = text.strip()
    if not words:
        raise ValueError("must not be blank")
    return words


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(written_words)]
Address = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(written_words)]
Reference = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(written_words)]
PhoneNumber = Annotated[str, Field(min_length=5, max_length=40, pattern=r"^\+?[0-9 ()./-]+$"), AfterValidator(e164)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class NewItem(Asked):
    product_id: Reference
    quantity: Annotated[int, Field(ge=1, le=MOST_OF_ONE)]


class NewOrder(Asked):
    customer_phone: PhoneNumber
    customer_name: Name | None = None
    items: Annotated[list[NewItem], Field(min_length=1, max_length=20)]
    source: Literal["ai_agent", "website", "operator"] = "ai_agent"
    call_id: Reference | None = None

    @model_validator(mode="after")
    def _each_at_most_99(self) -> Self:
        for product_id, quantity in self.quantities().items():
            if quantity > MOST_OF_ONE:
                raise ValueError(f"items: {quantity} of {product_id}, at most {MOST_OF_ONE} can be ordered")
        return self

    def quantities(self) -> dict[str, int]:
        """By product, in the order they were named; one that is named twice counts together."""
        wanted: dict[str, int] = {}
        for item in self.items:
            wanted[item.product_id] = wanted.get(item.product_id, 0) + item.quantity
        return wanted


class ToAddress(Asked):
    delivery_type: Literal["delivery"]
    city: Name
    address: Address


class ToPickupPoint(Asked):
    delivery_type: Literal["pickup"]
    pickup_point_id: Reference


DeliveryChoice = Annotated[ToAddress | ToPickupPoint, Field(discriminator="delivery_type")]


class Confirmation(Asked):
    payment_method: PaymentMethod
    customer_name: Name | None = None
    send_sms_confirmation: bool = False
