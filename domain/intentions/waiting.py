"""What may be asked about the wait under a referral: its pauses, and whether it counts at all."""

from __future__ import annotations

from datetime import date

from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.vocabulary import NullificationReason, PauseReason, ReferralId


class WaitingIntentions(Deciding):
    """A wait is paused at the person's word, and nullified when it should never have started."""

    def pause_wait(
        self,
        referral_id: ReferralId,
        reason: PauseReason,
        *,
        until: date | None = None,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Note that the person cannot be seen for a while; ``asked.at`` is from when."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._referral(referral_id)
            waiting.pause_wait(reason, until=until, note=note, asked=asked)
            return (waiting,)

        return self._ask(referral_id, asked, decide)

    def resume_wait(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Note that the person can be seen again; ``asked.at`` is from when."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._referral(referral_id)
            waiting.resume_wait(asked=asked)
            return (waiting,)

        return self._ask(referral_id, asked, decide)

    def nullify_clock(
        self,
        referral_id: ReferralId,
        reason: NullificationReason,
        *,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Say that a wait should never have started."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._referral(referral_id)
            waiting.nullify_clock(reason, note=note, asked=asked)
            return (waiting,)

        return self._ask(referral_id, asked, decide)

    def reinstate_clock(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Take a nullification back: the wait counts from its first day."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._referral(referral_id)
            waiting.reinstate_clock(asked=asked)
            return (waiting,)

        return self._ask(referral_id, asked, decide)
