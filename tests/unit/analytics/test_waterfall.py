"""One answer as a bar."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.web.waterfall import WIDTH, Piece, pieces, scale_ms
from callcenter.records import Stage


def test_each_piece_begins_where_the_one_before_it_ended() -> None:
    timeline = {"endpoint": 400, "transcript": 500, "first_token": 800, "first_audio": 1000, "heard": 5000}
    assert pieces(timeline, 1000) == (
        Piece("endpoint", 400, 0, 400),
        Piece("transcript", 500, 400, 100),
        Piece("first_token", 800, 500, 300),
        Piece("first_audio", 1000, 800, 200),
    )


def test_what_a_guess_had_ready_stands_before_the_end_of_the_turn() -> None:
    assert [piece.stage for piece in pieces({"endpoint": 380, "transcript": 210}, 1000)] == ["transcript", "endpoint"]


def test_the_slowest_answer_of_a_call_is_as_wide_as_can_be_and_the_others_are_to_its_scale() -> None:
    slow, quick = {"first_audio": 4000}, {"first_audio": 1000}
    scale = scale_ms([quick, slow, {}])
    assert [pieces(timeline, scale)[-1].width for timeline in (slow, quick)] == [WIDTH, WIDTH / 4]


def test_an_answer_of_nothing_known_has_no_bar() -> None:
    assert pieces({}, scale_ms([])) == ()
    assert pieces({"of_a_newer_program": 7, "heard": 900}, scale_ms([])) == ()


@given(st.lists(st.dictionaries(st.sampled_from([*map(str, Stage)]), st.integers(-50, 100_000)), max_size=5))
def test_no_piece_leaves_the_drawing(timelines: list[dict[str, int]]) -> None:
    scale = scale_ms(timelines)
    for timeline in timelines:
        for piece in pieces(timeline, scale):
            assert piece.x >= 0
            assert piece.width >= 0
            assert piece.x + piece.width <= WIDTH + 0.02
