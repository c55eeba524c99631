"""A percentile out of the media server's own histograms, between two looks at /metrics."""

import re
from collections.abc import Mapping

Buckets = Mapping[float, float]
"""Upper bound in seconds to how many were at most that."""


def read_buckets(metrics_text: str, name: str) -> Buckets:
    pattern = rf'^{re.escape(name)}_bucket\{{le="([^"]+)"\}} (\S+)$'
    return {float(bound): float(count) for bound, count in re.findall(pattern, metrics_text, re.MULTILINE)}


def percentile_ms(before: Buckets, after: Buckets, percent: float) -> float | None:
    """Upper bound of the percentile's bucket, interpolated within it; None when nothing was observed in between."""
    counts = [(bound, after[bound] - before.get(bound, 0.0)) for bound in sorted(after)]
    total = counts[-1][1] if counts else 0.0
    if total <= 0:
        return None
    wanted, lower, below = total * percent / 100, 0.0, 0.0
    for bound, count in counts:
        if count >= wanted:
            if bound == float("inf"):
                break
            share = (wanted - below) / (count - below) if count > below else 1.0
            return round((lower + (bound - lower) * share) * 1000, 2)
        lower, below = bound, count
    return float("inf")
