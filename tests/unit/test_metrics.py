from prometheus_client import CollectorRegistry

from callcenter.metrics import BatchHistogram


def test_a_batch_is_counted_as_each_of_it_would_be() -> None:
    one_by_one, batch = CollectorRegistry(), CollectorRegistry()
    amounts = [0.5, 1.0, 1.1, 2.0, 7.0, 0.0]
    single = BatchHistogram("late", "", buckets=(1, 2), registry=one_by_one)
    for amount in amounts:
        single.observe(amount)
    BatchHistogram("late", "", buckets=(1, 2), registry=batch).observe_all(amounts)
    names = [("late_bucket", {"le": "1.0"}), ("late_bucket", {"le": "2.0"}), ("late_bucket", {"le": "+Inf"})]
    for name, labels in [*names, ("late_count", {}), ("late_sum", {})]:
        assert batch.get_sample_value(name, labels) == one_by_one.get_sample_value(name, labels) is not None
