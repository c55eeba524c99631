import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.telephony.form import Form, FormError

CALL = "40325ec2-5efd-4bd3-805f-53576e581d13"


def test_fields_as_the_dialplan_sends_them() -> None:
    form = Form(f"uuid={CALL}&cause=16&queue=&wait=12&member=PJSIP%2Foperator1&talked=61.5".encode())
    assert str(form.uuid("uuid")) == CALL
    assert form.whole_number("cause", 127) == 16
    assert form.word("queue") is None
    assert form.seconds("wait") == 12
    assert form.text("member") == "PJSIP/operator1"
    assert form.seconds("talked") == 61.5
    assert form.text("missing") == ""


@pytest.mark.parametrize(
    ("body", "field", "read"),
    [
        (b"", "uuid", "uuid"),
        (b"uuid=", "uuid", "uuid"),
        (b"uuid=40325ec25efd4bd3805f53576e581d13", "uuid", "uuid"),
        (f"uuid={{{CALL}}}".encode(), "uuid", "uuid"),
        (b"from=" + b"1" * 81, "from", "text"),
        (b"from=a%0Ab", "from", "text"),
        (b"from=%FF%FE", "from", "text"),
        (b"queue=abandon", "queue", "word"),
        (b"wait=-1", "wait", "seconds"),
        (b"wait=nan", "wait", "seconds"),
        (b"wait=inf", "wait", "seconds"),
        (b"wait=soon", "wait", "seconds"),
        (b"cause=-1", "cause", "cause"),
        (b"cause=128", "cause", "cause"),
        (b"cause=1e1", "cause", "cause"),
        (b"cause=%D9%A3", "cause", "cause"),
    ],
)
def test_a_fault_names_its_field_and_not_its_value(body: bytes, field: str, read: str) -> None:
    form = Form(body)
    with pytest.raises(FormError) as caught:
        form.whole_number(field, 127) if read == "cause" else getattr(form, read)(field)
    assert str(caught.value).startswith(f"{field}: ")
    value = body.partition(b"=")[2].decode()
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize("body", [b"\xff", "uuid=ü".encode(), b"&".join(b"a%d=1" % n for n in range(30)), b"a=1&a=2"])
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(FormError):
        Form(body)


@given(st.binary(max_size=300))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        form = Form(body)
        form.uuid("uuid")
    except FormError:
        return
