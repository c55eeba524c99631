from callcenter.phone.histogram import percentile_ms, read_buckets

BEFORE = """# HELP x_seconds Something
x_seconds_bucket{le="0.001"} 10.0
x_seconds_bucket{le="0.005"} 20.0
x_seconds_bucket{le="+Inf"} 20.0
"""
AFTER = BEFORE.replace(" 10.0", " 100.0").replace(" 20.0", " 120.0")


def test_a_percentile_counts_only_what_came_between_the_two_looks() -> None:
    before, after = (read_buckets(text, "x_seconds") for text in (BEFORE, AFTER))
    assert percentile_ms(before, after, 90) == 1.0
    assert percentile_ms(before, after, 95) == 3.0


def test_nothing_between_is_no_figure() -> None:
    assert percentile_ms(read_buckets(BEFORE, "x_seconds"), read_buckets(BEFORE, "x_seconds"), 99) is None


def test_beyond_the_last_bound_is_infinite() -> None:
    late = BEFORE.replace('le="+Inf"} 20.0', 'le="+Inf"} 90.0')
    assert percentile_ms({}, read_buckets(late, "x_seconds"), 99) == float("inf")
