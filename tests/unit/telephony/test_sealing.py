from uuid import uuid4

import pytest

from callcenter.telephony.sealing import Seal

NUMBER = "+380671234567"
SEAL = Seal(b"0" * 32)


@pytest.mark.parametrize("texts", [(NUMBER, "0800 100"), (None, None), ("", "x"), ("Ї" * 80, "\\" * 80)])
def test_what_was_sealed_is_read_again_by_who_has_the_key(texts: tuple[str | None, str | None]) -> None:
    call_id = uuid4()
    assert Seal(b"0" * 32).open(call_id, SEAL.seal(call_id, *texts)) == texts


def test_neither_the_number_nor_its_length_shows() -> None:
    call_id = uuid4()
    sealed = SEAL.seal(call_id, NUMBER, None)
    assert NUMBER[1:].encode() not in bytes.fromhex(sealed)
    assert len(sealed) == len(SEAL.seal(call_id, None, None))
    assert sealed != SEAL.seal(call_id, NUMBER, None), "not even that two calls are of one number"


@pytest.mark.parametrize("place", [0, 20, -1])
def test_what_was_changed_or_is_another_calls_is_not_believed(place: int) -> None:
    call_id = uuid4()
    sealed = SEAL.seal(call_id, NUMBER, None)
    data = bytearray.fromhex(sealed)
    data[place] ^= 1
    for other_id, other in ((call_id, data.hex()), (uuid4(), sealed), (call_id, ""), (call_id, "no hex")):
        with pytest.raises(ValueError, match=r"sealed|hex"):
            SEAL.open(other_id, other)
    with pytest.raises(ValueError, match="sealed"):
        Seal(b"1" * 32).open(call_id, sealed)


def test_a_hidden_number_is_the_same_each_time_and_needs_the_key() -> None:
    assert SEAL.hide(NUMBER) == SEAL.hide(NUMBER) != SEAL.hide(NUMBER[:-1] + "8")
    assert Seal(b"1" * 32).hide(NUMBER) != SEAL.hide(NUMBER)
