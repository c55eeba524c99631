"""Measures what callers get and what it costs: `callcenter bench ...`. Never imported by the live call."""
