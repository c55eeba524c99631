from callcenter.errors import CallCenterError


class PhoneError(CallCenterError):
    """The call cannot be placed; the message says what to do."""
