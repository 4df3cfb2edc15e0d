"""Every edge of a referral as a text a clinician can read: state, activity, who asks, what comes.

``python -m tests.referral_edges`` writes it; the test compares it with what was agreed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from domain.advice import AdviceAsked, AdviceGiven
from domain.first_contact import FirstContactMade
from domain.kernel import Aggregate, BrokenRule, Fact
from domain.outcome import OutcomeAcknowledged, ReferralClosed, ReferredOnward
from domain.policies.escalation import Rung
from domain.referral import (
    InformationAsked,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralWithdrawn,
)
from domain.unanswered import ReferralExpired
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    Label,
    Mode,
    PartnerId,
    Recommendation,
    ReferralId,
    Responsibility,
    Source,
)
from tests.people import (
    CHARITY,
    ROSA,
    SUPPORT,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Happened, by, given

TABLE = Path(__file__).parent / "domain" / "referral_edges.txt"
HEAD = """\
Every edge of a referral: the practice asks talking therapies; a charity has no part in it.

  yes      it may, and it is recorded
  so       it was so already: nothing is recorded, and nothing refused
  others   the name of the rule that refuses it
"""
ONWARD = ReferralId(named("onward"))
MADE = ReferralMade(
    service=THERAPY,
    receiver=TALKING,
    source=Source.PROFESSIONAL,
    mode=Mode.WRITTEN,
    sender=WIGG,
    responsibility=Responsibility.HELP_ALONGSIDE,
    ask="Please see her about low mood.",
)
QUESTION = AdviceAsked(service=THERAPY, receiver=TALKING, sender=WIGG, question="Is it safe?")
ADVISED = AdviceGiven(receiver=TALKING, recommendation=Recommendation.REFER, advice="Yes.")
ACCEPTED = ReferralAccepted(receiver=TALKING)
CLOSED = ReferralClosed(receiver=TALKING, reason=EndReason.COMPLETED)

STATES: dict[str, tuple[Fact, ...]] = {
    "not made yet": (),
    "advice asked": (QUESTION,),
    "advice given": (QUESTION, ADVISED),
    "waiting": (MADE,),
    "waiting, after advice": (QUESTION, ADVISED, MADE),
    "redirected to talking therapies": (
        MADE.model_copy(update={"receiver": TRUST, "service": WARD}),
        ReferralRedirected(from_receiver=TRUST, service=THERAPY, receiver=TALKING),
    ),
    "information asked": (MADE, InformationAsked(question="Is she at work?")),
    "accepted": (MADE, ACCEPTED),
    "accepted and seen": (MADE, ACCEPTED, FirstContactMade()),
    "accepted and referred onward": (MADE, ACCEPTED, ReferredOnward(onward=ONWARD)),
    "declined": (MADE, ReferralDeclined(receiver=TALKING, reason=DeclineReason.FULL)),
    "withdrawn": (MADE, ReferralWithdrawn(receiver=TALKING)),
    "expired": (MADE, ReferralExpired(receiver=TALKING)),
    "closed": (MADE, ACCEPTED, CLOSED),
    "outcome acknowledged": (MADE, ACCEPTED, CLOSED, OutcomeAcknowledged()),
}
"""Each state, and one way to it."""

CALLERS: dict[str, PartnerId] = {"sender": WIGG, "receiver": TALKING, "charity": CHARITY}

Ask = Callable[[Referral, PartnerId], object]
ACTIVITIES: dict[str, Ask] = {
    "ask advice": lambda r, who: r.ask_advice(
        QUESTION.model_copy(update={"sender": who}),
        person=ROSA,
        label=Label.ORDINARY,
        asked=by(who),
    ),
    "give advice: refer": lambda r, who: r.give_advice(
        "Yes.", Recommendation.REFER, instead=None, label=Label.ORDINARY, asked=by(who)
    ),
    "advise another service, unnamed": lambda r, who: r.give_advice(
        "No.", Recommendation.ANOTHER_SERVICE, instead=None, label=Label.ORDINARY, asked=by(who)
    ),
    "make it": lambda r, who: r.make(
        MADE.model_copy(update={"sender": who}), person=ROSA, label=Label.ORDINARY, asked=by(who)
    ),
    "make it, to another": lambda r, who: r.make(
        MADE.model_copy(update={"sender": who, "service": WARD, "receiver": TRUST}),
        person=ROSA,
        label=Label.ORDINARY,
        asked=by(who),
    ),
    "ask information": lambda r, who: r.ask_information("Is she at work?", asked=by(who)),
    "give information": lambda r, who: r.give_information("Yes.", asked=by(who)),
    "accept": lambda r, who: r.accept(asked=by(who)),
    "decline: full": lambda r, who: r.decline(DeclineReason.FULL, note=None, asked=by(who)),
    "decline: another service, unnamed": lambda r, who: r.decline(
        DeclineReason.ANOTHER_SERVICE_NEEDED, note=None, asked=by(who)
    ),
    "decline: another service, named": lambda r, who: r.decline(
        DeclineReason.ANOTHER_SERVICE_NEEDED, instead=SUPPORT, note=None, asked=by(who)
    ),
    "redirect": lambda r, who: r.redirect(
        SUPPORT, CHARITY, label=Label.ORDINARY, note=None, asked=by(who)
    ),
    "withdraw": lambda r, who: r.withdraw(note=None, asked=by(who)),
    "let expire": lambda r, who: r.expire(asked=by(who)),
    "let expire, receiver left": lambda r, who: r.expire(left=True, asked=by(who)),
    "escalate its silence": lambda r, who: r.escalate_silence(Rung.RECEIVER, asked=by(who)),
    "acknowledge its silence": lambda r, who: r.acknowledge_silence(asked=by(who)),
    "note first contact": lambda r, who: r.note_first_contact(asked=by(who)),
    "refer onward": lambda r, who: r.refer_onward(ONWARD, person=ROSA, asked=by(who)),
    "close: completed": lambda r, who: r.close(EndReason.COMPLETED, summary=None, asked=by(who)),
    "close: referred on": lambda r, who: r.close(
        EndReason.REFERRED_ON, summary=None, asked=by(who)
    ),
    "close: referred on, by word": lambda r, who: r.close(
        EndReason.REFERRED_ON, elsewhere="A private clinic", summary=None, asked=by(who)
    ),
    "acknowledge the outcome": lambda r, who: r.acknowledge_outcome(asked=by(who)),
}


def outcome(facts: tuple[Fact, ...], ask: Ask, who: PartnerId) -> str:
    """What comes of asking, in a word."""
    noun: Aggregate = given(
        Referral(id=named("a referral")), *(Happened(fact) for fact in facts)
    ).noun
    assert isinstance(noun, Referral)
    try:
        ask(noun, who)
    except BrokenRule as refused:
        return refused.rule
    return "yes" if noun.collect_events() else "so"


def table() -> str:
    """The table as it follows from the domain."""
    lines = [HEAD]
    for state, facts in STATES.items():
        lines.append(f"{state:<36}" + "".join(f"{name:<30}" for name in CALLERS).rstrip())
        for activity, ask in ACTIVITIES.items():
            cells = (outcome(facts, ask, who) for who in CALLERS.values())
            lines.append(f"  {activity:<34}" + "".join(f"{cell:<30}" for cell in cells).rstrip())
        noun = given(Referral(id=named("a referral")), *(Happened(f) for f in facts)).noun
        for name, who in CALLERS.items():
            lines.append(f"  next for {name}: {', '.join(noun.next_actions(who)) or 'nothing'}")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
