"""Which way of a measure is improvement, and what is expected of it.

It refuses to know any figure.
"""

from __future__ import annotations

from domain.policies.control_charts import Better

STANDARDS = {"first treatment within 6 weeks": 75, "first treatment within 18 weeks": 95}
"""Percent: NHS Talking Therapies waiting-time standards."""

MORE_IS_BETTER = {
    *STANDARDS,
    "accepted",
    "appointments attended",
    "recovery",
    "reliable improvement",
    "reliable recovery",
    "hand-overs accepted",
    "hand-overs accepted within 7 days",
    "decisions implemented",
    "first contact within 28 days",
    "contact, assessment, first score and treatment within 28 days",
    "referred by word of mouth",
    "admission avoided",
    "experience good",
    "trained within 30 days",
}
LESS_IS_BETTER = {
    "reliable deterioration",
    "appointments not attended",
    "appointments cancelled",
    "hand-overs declined",
    "hand-overs lapsed",
    "between services for over 7 days",
    "decisions not implemented",
    "decisions not ended yet",
    "steps up to hospital care",
    "referred again within half a year",
    "admission not avoided",
    "experience poor",
}
"""In a chart of what is in neither, a change is only that."""


def better(measure: str) -> Better:
    """Which way of a measure is improvement."""
    if measure in MORE_IS_BETTER:
        return Better.HIGHER
    return Better.LOWER if measure in LESS_IS_BETTER else Better.NEITHER
