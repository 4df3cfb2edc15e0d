"""What an organisation might learn from: when it is worth a look, by whose rule.

It refuses to know any person, and who asks.
"""

from __future__ import annotations

from domain.policies.clocks.rules import COCM

LATELY = 90
"""Days back in which a referral that was turned back, or a decision given up, is news."""

DECISION_WAITS = 28
"""Days in which what a meeting decided is done; the next meeting asks after it."""

OWN = "this place's own: no national rule says so"

RULES = {
    "unimproved": "On your organisation’s caseload: a case by PHQ-9 or GAD-7 at the first score of "
    "an open course of care, eight weeks or more ago, and at the last, and not better by more than "
    f"the error of measurement (week 8 of collaborative care: {COCM}).",
    "undone": f"As far as your organisation may know: decisions awaited for {DECISION_WAITS} days "
    f"or more, decisions given up in the last {LATELY} days, and actions after their day ({OWN}).",
    "incomplete": f"Referrals made in the last {LATELY} days that were declined as incomplete, or "
    f"wait for an answer to what the receiver asked back ({OWN}). Only the two organisations "
    "see how many.",
}
"""Each list's rule in a sentence."""
