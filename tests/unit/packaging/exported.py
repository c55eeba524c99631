"""What the media server exports, and how Prometheus calls it."""

from collections.abc import Mapping

import callcenter.metrics

SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def exported() -> Mapping[str, frozenset[str]]:
    """The labels of each series, by its name."""
    found = {}
    for metric in vars(callcenter.metrics).values():
        name = getattr(metric, "_name", None)
        if name is not None:
            buckets = {"le"} if metric._type == "histogram" else set()
            for suffix in SUFFIXES[metric._type]:
                found[f"{name}{suffix}"] = frozenset(metric._labelnames) | buckets
    return found
