import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callcenter.llm.assembly import MAX_ARGUMENTS, MAX_CALLS, ToolCallAssembler


def feed(assembler: ToolCallAssembler, **piece: Any) -> None:
    assembler.feed(**{"index": 0, "id": None, "name": None, "arguments": None, **piece})


def test_parallel_calls_come_in_turns_and_are_put_together_by_index() -> None:
    calls = ToolCallAssembler()
    feed(calls, index=0, id="a", name="search_tires", arguments="")
    feed(calls, index=1, id="b", name="check_availability", arguments='{"quer')
    feed(calls, index=0, arguments='{"width"')
    feed(calls, index=1, arguments='y": "x"}')
    feed(calls, index=0, arguments=": 205}")
    assert [(call.id, call.name, call.arguments) for call in calls.finish()] == [
        ("a", "search_tires", '{"width": 205}'),
        ("b", "check_availability", '{"query": "x"}'),
    ]


def test_whole_calls_that_all_claim_to_be_the_first_are_kept_apart() -> None:
    calls = ToolCallAssembler()
    feed(calls, id="a", name="search_tires", arguments='{"season": "winter"}')
    feed(calls, id="b", name="search_tires", arguments='{"season": "summer"}')
    assert [call.arguments for call in calls.finish()] == ['{"season": "winter"}', '{"season": "summer"}']


def test_calls_without_index_and_id_are_kept_apart_and_get_ids() -> None:
    calls = ToolCallAssembler()
    feed(calls, index=None, name="search_tires", arguments='{"season": "winter"}')
    feed(calls, index=None, name="search_tires", arguments='{"season": "summer"}')
    first, second = calls.finish()
    assert "" not in (first.id, second.id)
    assert first.id != second.id


def test_an_id_given_twice_is_given_to_one_call_only() -> None:
    calls = ToolCallAssembler()
    feed(calls, index=0, id="same", name="search_tires", arguments="{}")
    feed(calls, index=1, id="same", name="search_tires", arguments="{}")
    assert len({call.id for call in calls.finish()}) == 2


def test_repeated_ids_and_names_are_not_doubled() -> None:
    calls = ToolCallAssembler()
    for piece in ('{"season"', ': "winter"}'):
        feed(calls, id="a", name="search_tires", arguments=piece)
    (call,) = calls.finish()
    assert (call.id, call.name, call.arguments) == ("a", "search_tires", '{"season": "winter"}')


def test_a_call_without_a_name_is_none() -> None:
    calls = ToolCallAssembler()
    feed(calls, id="a", arguments="{}")
    assert calls.finish() == ()


def test_a_model_gone_wild_fills_no_memory() -> None:
    calls = ToolCallAssembler()
    for index in range(1000):
        feed(calls, index=index, name="search_tires")
        feed(calls, index=0, arguments="x" * 1000)
    finished = calls.finish()
    assert len(finished) == MAX_CALLS
    assert len(finished[0].arguments) <= MAX_ARGUMENTS


def test_a_name_has_only_signs_that_a_server_takes_back() -> None:
    calls = ToolCallAssembler()
    feed(calls, name="delete everything!\n" + "x" * 1000)
    (call,) = calls.finish()
    assert call.name == "delete_everything__" + "x" * 45


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=8), max_size=3), min_size=1, max_size=4
    ),
    st.data(),
)
def test_however_the_arguments_are_split_they_come_out_whole(
    arguments: list[dict[str, Any]], data: st.DataObject
) -> None:
    calls, left = ToolCallAssembler(), [json.dumps(one) for one in arguments]
    for index in range(len(left)):
        feed(calls, index=index, id=f"id{index}", name=f"tool{index}")
    while any(left):
        index = data.draw(st.sampled_from([i for i, rest in enumerate(left) if rest]))
        size = data.draw(st.integers(1, len(left[index])))
        feed(calls, index=index, arguments=left[index][:size])
        left[index] = left[index][size:]
    assert [json.loads(call.arguments) for call in calls.finish()] == arguments
