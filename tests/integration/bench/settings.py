"""For the short forms of benches: on a machine that stands still for a moment nobody is to be refused for it."""

PATIENT = {"CALLCENTER_ADMISSION__LOOP_LAG_MS": "1000", "CALLCENTER_ADMISSION__LOOP_LAG_RESUME_MS": "500"}
