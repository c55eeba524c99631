"""Templates with the words, times and amounts of one request's language."""

import json
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analytics.api.models import Call
from analytics.web.strings import LANGUAGES, Strings, choose_language
from callcenter.ports import Language

ORDER = (
    "object",
    "id",
    "number",
    "items",
    "total",
    "delivery",
    "payment",
    "station",
    "date",
    "time",
    "service",
    "status",
)


class Pages:
    def __init__(self, strings: Strings, default_language: Language) -> None:
        self._strings, self._default = strings, default_language
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )

    def render(
        self, request: Request, template: str, zone: tzinfo, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        language = choose_language(
            request.query_params.get("lang"), request.headers.get("accept-language", ""), self._default
        )

        def link(path: str, parameters: Mapping[str, str] | None = None) -> str:
            """A page of ours in the same language."""
            kept = {"lang": language} if "lang" in request.query_params else {}
            query = urlencode({**(parameters or {}), **kept})
            return f"{path}?{query}" if query else path

        def here(other: Language) -> str:
            query = urlencode(
                [*((k, v) for k, v in request.query_params.multi_items() if k != "lang"), ("lang", other)]
            )
            return f"{request.url.path}?{query}"

        def t(key: str, **filled: Any) -> str:
            return self._strings.say(language, key, **filled)

        def n(kind: str, value: str | None) -> str:
            return self._strings.name(language, kind, value)

        def latency(call: Call) -> str:
            found = percentiles_of(call)
            return t("call.ms", value=round(found["p50"])) if found else ""

        html = self._templates.get_template(template).render(
            language=language,
            languages=LANGUAGES,
            link=link,
            here=here,
            t=t,
            n=n,
            latency=latency,
            time=lambda value: value.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
            clock=lambda value: value.astimezone(zone).strftime("%H:%M:%S"),
            duration=duration,
            money=money,
            pretty=lambda value: json.dumps(value, ensure_ascii=False, indent=1),
            plain=lambda value: json.dumps(value, ensure_ascii=False),
            meaning=meaning,
            parts=parts,
            **values,
        )
        return HTMLResponse(html, status_code, headers={"Content-Language": language, "Vary": "Accept-Language"})


def percentiles_of(call: Call) -> dict[str, float] | None:
    """Of the time from the caller's last word to our first sound."""
    latencies: dict[str, dict[str, float]] = (call.figures or {}).get("latencies", {})
    return latencies.get("response_latency_ms")


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    return f"{minutes}:{rest:02}"


def parts(value: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """Of a value from a JSON column, as a person reads them: PostgreSQL orders keys by their length."""
    known = [name for name in ORDER if name in value]
    return {name: value[name] for name in dict.fromkeys([*known, *value]) if name not in without}


def money(usd: float | None) -> str:
    return "" if usd is None else f"$ {usd:.4f}"


def meaning(parameter: Mapping[str, Any]) -> str:
    """A parameter of the OpenAPI description in one line."""
    schema: Mapping[str, Any] = parameter.get("schema", {})
    kinds = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    words = [parameter.get("description", "")]
    for kind in kinds:
        if values := kind.get("enum"):
            words.append(", ".join(map(str, values)))
        elif reference := kind.get("$ref"):
            words.append(str(reference).rpartition("/")[2])
        elif "type" in kind:
            words.append(str(kind.get("format", kind["type"])))
    if schema.get("default") is not None:
        words.append(f"default {schema['default']}")
    return "; ".join(word.rstrip(".") for word in words if word)
