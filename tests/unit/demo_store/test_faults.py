from demo_store.faults import Fault, FaultPlan


def test_a_fault_befalls_matching_paths_only() -> None:
    plan = FaultPlan()
    plan.add(Fault("/api/v1/tires/*", "error"))
    assert plan.take("GET", "/api/v1/tires/search", 0) is not None
    assert plan.take("GET", "/api/v1/vehicles", 0) is None


def test_a_fault_ends_after_its_count() -> None:
    plan = FaultPlan()
    plan.add(Fault("*", "error", times_left=2))
    assert [plan.take("GET", "/x", 0) is not None for _ in range(3)] == [True, True, False]


def test_a_fault_ends_when_its_time_is_up() -> None:
    plan = FaultPlan()
    plan.add(Fault("*", "error", until_s=10.0))
    assert plan.take("GET", "/x", 9.9) is not None
    assert plan.take("GET", "/x", 10.0) is None


def test_faults_come_one_after_the_other() -> None:
    plan = FaultPlan()
    plan.add(Fault("*", "error", status=503, times_left=1))
    plan.add(Fault("*", "hang", times_left=1))
    taken = [plan.take("GET", "/x", 0) for _ in range(3)]
    assert [fault and fault.kind for fault in taken] == ["error", "hang", None]


def test_a_fault_of_one_method_spares_the_others() -> None:
    plan = FaultPlan()
    plan.add(Fault("*", "error", "POST"))
    assert plan.take("GET", "/x", 0) is None
    assert plan.take("POST", "/x", 0) is not None
