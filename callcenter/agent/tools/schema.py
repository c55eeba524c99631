"""Arguments of tools: pydantic models that make the JSON schema for the model and check what it sends back. Pure."""

import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

MAX_TEXT = 120


class Arguments(BaseModel):
    """Base of every tool's arguments. Models fill what they do not know with null or "": that counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None and value != ""}


def _number_in(value: Any) -> Any:
    """ "R17" and "215 mm" are what models make of 17 and 215; true is no number."""
    if isinstance(value, bool):
        raise ValueError("a number is needed")  # noqa: TRY004  pydantic reports no TypeError
    if isinstance(value, str) and (
        match := re.fullmatch(r"\s*[RrРр]?\s*(\d{1,6})\s*(mm|мм|inch(es)?|[\"″CС])?\s*", value)
    ):
        return match[1]
    return value


Number = Annotated[int, BeforeValidator(_number_in)]


class ArgumentsRefused(Exception):
    """What the model sent does not fit; the message is for the model, so that it can do better."""


def json_schema(arguments: type[Arguments]) -> dict[str, Any]:
    """Of an object, as small as it can be: no titles, no "or null", no defaults of nothing."""
    schema = arguments.model_json_schema()
    return {
        "type": "object",
        "properties": {name: _plain(part) for name, part in schema.get("properties", {}).items()},
        "required": schema.get("required", []),
        "additionalProperties": False,
    }


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    (plain,) = [option for option in part.get("anyOf", [part]) if option.get("type") != "null"]
    return {key: value for key, value in (plain | part).items() if key not in ("title", "default", "anyOf")}


def parse(arguments: type[Arguments], text: str) -> Arguments:
    """Raises ArgumentsRefused."""
    try:
        values = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise ArgumentsRefused("the arguments are not valid JSON") from error
    if not isinstance(values, dict):
        raise ArgumentsRefused("the arguments must be a JSON object")
    return check(arguments, values)


def check(arguments: type[Arguments], values: dict[str, Any]) -> Arguments:
    """Raises ArgumentsRefused, naming each field and what is wrong with it, never the value."""
    try:
        return arguments.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise ArgumentsRefused(
            "; ".join(f"{'.'.join(map(str, fault['loc']))[:40] or 'arguments'}: {fault['msg']}" for fault in faults[:5])
        ) from error
