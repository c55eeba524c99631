"""What the dialplan and we tell each other: who calls, where the call goes next, what became of it."""
