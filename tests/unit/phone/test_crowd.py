from callcenter.phone.crowd import lateness_ms, lost_frames


def test_frames_on_their_grid_are_not_late() -> None:
    assert max(lateness_ms([n * 0.02 for n in range(100)])) < 0.001


def test_a_late_frame_is_as_late_as_it_came() -> None:
    arrivals_s = [n * 0.02 for n in range(100)]
    arrivals_s[50] += 0.007
    late = lateness_ms(arrivals_s)
    assert abs(late[50] - 7) < 0.001
    assert sum(each > 0.001 for each in late) == 1


def test_a_skipped_frame_is_lost_and_all_after_it_are_late() -> None:
    arrivals_s = [n * 0.02 for n in range(100) if n != 40]
    assert lost_frames(arrivals_s) == 1
    assert sum(each > 19 for each in lateness_ms(arrivals_s)) == 59
