"""The clocks that run for one person, read from what one partner was told, and from nothing else.

Which clock runs where, and what each needs, is dated data (`domain.policies.clocks`); a partner
that is not told all that moves a clock is shown none. It refuses to know the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.agreement import AgreementSigned
from domain.contact import SEEN
from domain.policies import reviews
from domain.policies.clocks import (
    RULES,
    Clock,
    ClockReading,
    Happening,
    Kind,
    State,
    applying,
    read,
    team,
)
from domain.policies.clocks.standards import COLLABORATIVE_CARE, HELD
from domain.policies.days import Unit, local_date
from domain.policies.ways import LOCAL
from domain.sharing import WITHDRAWN
from domain.vocabulary import (
    Attendance,
    Content,
    Instrument,
    Medium,
    PartnerId,
    PartnerKind,
    Priority,
    Scope,
    ServiceId,
    Step,
)
from projections.directory import Directory
from projections.entries import Entry

STOPS = {
    Content.ASSESSMENT: (Kind.CONTACT, Kind.ASSESSMENT),
    Content.TREATMENT: (Kind.TREATMENT, Kind.TREATMENT_BEGAN),
    Content.ASSESSMENT_AND_TREATMENT: (Kind.TREATMENT, Kind.TREATMENT_BEGAN, Kind.ASSESSMENT),
    Content.REVIEW: (Kind.CONTACT, Kind.REVIEWED),
    Content.FOLLOW_UP: (Kind.CONTACT,),
    Content.SIGNPOSTING: (Kind.CONTACT, Kind.SIGNPOSTING),
    Content.CONSULTATION: (Kind.CONTACT, Kind.CONSULTATION),
}
"""What a contact that took place was, by what it was for. One of no known kind is a contact."""

ENDS = ("ReferralDeclined", "ReferralWithdrawn", "ReferralExpired", "ReferralClosed")
ONE_SPELL = {rule.clock for rule in RULES if rule.spell_gap is not None}
"""Clocks that join a person's referrals at one provider; every other runs for one referral."""

STEPPED = "step 3"


@dataclass
class Run:
    """One referral while it was with one provider."""

    id: str
    referral: str
    provider: str
    service: ServiceId
    priority: Priority
    received: Happening
    happened: list[Happening] = field(default_factory=list)


@dataclass
class Told:
    """What a partner's entries say of one person's waits."""

    runs: list[Run] = field(default_factory=list)
    step: list[Happening] = field(default_factory=list)
    booked: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    first_score: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    plans: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    at_step: int | None = None

    def follow(self, entry: Entry) -> None:
        """Take in one entry."""
        noun, _, rest = entry.type.partition(".")
        fact = rest.partition(".")[0]
        data = entry.data
        # Who was told later, of what was recorded before, was never told otherwise.
        known = entry.effective_at if entry.backfill else entry.recorded_at
        if "told_again" in data:
            known = datetime.fromisoformat(data["first_recorded_at"])
        match noun:
            case "referral":
                self._referral(fact, data, entry.effective_at, known)
            case "contact":
                self._contact(fact, data, entry.effective_at, known)
            case "measure" if data.get("referral"):
                self._measure(fact, data, entry.effective_at, known)
            case "pathway":
                self._pathway(fact, data, entry.effective_at, known)
            case "plan" if fact == "PlanAgreed":
                self.plans.append((data["provider"], entry.effective_at, known))
            case "meeting" if fact == "MdtDecisionRecorded":
                # The psychiatrist sees the list there, and mostly not the person.
                at = entry.effective_at
                self.step.append(Happening(Kind.PSYCHIATRIST_CONSULTED, at, known, STEPPED))

    def _referral(self, fact: str, data: Mapping[str, Any], at: datetime, known: datetime) -> None:
        stream = data["stream"]
        if fact == "ReferralMade":
            self._receive(data, data.get("priority", Priority.ROUTINE.value), at, known)
            return
        run = self._run(stream)
        if run is None:
            return
        if fact == "ReferralRedirected":
            run.happened.append(Happening(Kind.REFERRAL_ENDED, at, known, run.id))
            self._receive(data, run.priority.value, at, known)
        elif fact in ENDS:
            run.happened.append(Happening(Kind.REFERRAL_ENDED, at, known, run.id))
        elif fact == "WaitPaused":
            run.happened.append(Happening(Kind.PAUSE_BEGAN, at, known, run.id))
        elif fact == "WaitResumed":
            run.happened.append(Happening(Kind.PAUSE_ENDED, at, known, run.id))
        elif fact == "ClockNullified":
            for each in (r for r in self.runs if r.referral == stream):
                named = f"{data['fact']} {each.id}"
                each.happened.append(Happening(Kind.NULLIFIED, at, known, each.id, named))
        elif fact == "ClockReinstated":
            for each in (r for r in self.runs if r.referral == stream):
                for said in [h for h in each.happened if h.kind is Kind.NULLIFIED]:
                    back = Happening(Kind.TAKEN_BACK, at, known, each.id, of=said.id)
                    each.happened.append(back)

    def _receive(
        self, data: Mapping[str, Any], priority: str, at: datetime, known: datetime
    ) -> None:
        earlier = sum(1 for run in self.runs if run.referral == data["stream"])
        name = f"{data['stream']} {earlier}"
        self.runs.append(
            Run(
                name,
                data["stream"],
                data["receiver"],
                ServiceId(UUID(data["service"])),
                Priority(priority),
                Happening(Kind.REFERRAL_RECEIVED, at, known, name),
            )
        )

    def _contact(self, fact: str, data: Mapping[str, Any], at: datetime, known: datetime) -> None:
        if fact == "AppointmentBooked":
            self.booked[data["stream"]] = dict(data)
        if "attendance" not in data:
            return
        if fact == "OutcomeCorrected":
            self._take_back(data["stream"], at, known)
        named = self.outcomes.setdefault(data["stream"], [])
        named.append(data["fact"])
        booked = self.booked.get(data["stream"], {})
        if booked.get("starts_at"):
            # It took place when it was to, not when somebody said so; but never after they did.
            at = min(at, datetime.fromisoformat(booked["starts_at"]))
        run = self._run(data["referral"], data["provider"])
        if Attendance(data["attendance"]) not in SEEN:
            if run:
                run.happened.append(Happening(Kind.MISSED, at, known, run.id, data["fact"]))
            return
        said = data.get("content") or booked.get("content")
        content = Content(said) if said else None
        how = data.get("medium") or booked.get("medium")
        medium = Medium(how) if how else None
        if run:
            kinds = STOPS[content] if content else (Kind.CONTACT,)
            run.happened += [
                Happening(kind, at, known, run.id, data["fact"], medium=medium) for kind in kinds
            ]
        if reviews.follows_up(content):
            self.step.append(Happening(Kind.FOLLOWED_UP, at, known, STEPPED, data["fact"]))
        if reviews.reviews(content):
            consulted = Happening(Kind.PSYCHIATRIST_CONSULTED, at, known, STEPPED, data["fact"])
            self.step.append(consulted)

    def _take_back(self, contact: str, at: datetime, known: datetime) -> None:
        """What was said of an appointment was wrong; the clocks are read without it."""
        said = self.outcomes.get(contact, [])
        for happened in (self.step, *(run.happened for run in self.runs)):
            for wrong in [each for each in happened if each.id in said]:
                happened.append(Happening(Kind.TAKEN_BACK, at, known, wrong.referral, of=wrong.id))

    def _measure(self, fact: str, data: Mapping[str, Any], at: datetime, known: datetime) -> None:
        """A score put right is as old as the one that was entered, and no second baseline."""
        run = self._run(data["referral"], data["provider"])
        if fact == "ScoreCorrected":
            at = datetime.fromisoformat(data["completed_at"])
        elif run:
            run.happened.append(Happening(Kind.BASELINE, at, known, run.id))
        if data["instrument"] != Instrument.PHQ_9.value:
            return
        first = self.first_score.setdefault(data["referral"], (at, data["total"]))
        if at < first[0] or (fact == "ScoreCorrected" and at == first[0]):
            first = self.first_score[data["referral"]] = (at, data["total"])
        if reviews.responded(data["total"], first[1]) and at > first[0]:
            self.step.append(Happening(Kind.RESPONDED, at, known, STEPPED))
            if run:
                run.happened.append(Happening(Kind.RESPONDED, at, known, run.id))

    def _pathway(self, fact: str, data: Mapping[str, Any], at: datetime, known: datetime) -> None:
        step = self.at_step
        match fact:
            case "PathwayOpened" | "PathwayReopened":
                step = data["step"]
            case "SteppedUp" | "SteppedDown":
                step = data["to_step"]
            case "PathwayClosed":
                step = None
        if step == self.at_step:
            return
        if self.at_step == Step.COLLABORATIVE_CARE:
            self.step.append(Happening(Kind.REFERRAL_ENDED, at, known, STEPPED))
        if step == Step.COLLABORATIVE_CARE:
            self.step.append(Happening(Kind.COLLABORATIVE_CARE_BEGAN, at, known, STEPPED))
        self.at_step = step

    def happenings(self, run: Run) -> list[Happening]:
        """What happened under a referral, with the plans its provider agreed with the person.

        A plan is the person's and not a referral's: whichever of them it was agreed in counts it.
        """
        agreed = [
            Happening(Kind.PLAN, at, known, run.id)
            for provider, at, known in self.plans
            if provider == run.provider
        ]
        return [*run.happened, *agreed]

    def _run(self, referral: str, provider: str | None = None) -> Run | None:
        mine = (run for run in reversed(self.runs) if run.referral == referral)
        return next((run for run in mine if provider in (None, run.provider)), None)


def running(
    entries: Iterable[Entry], directory: Directory, partner: PartnerId, *, at: datetime
) -> list[dict[str, Any]]:
    """Every clock of a person that this partner is told enough of, those that run first."""
    entry = directory.partners.get(partner)
    if entry is None or entry.agreement is None:
        return []
    agreement, kinds = entry.agreement, {str(k): p.kind for k, p in directory.partners.items()}
    told = Told()
    for each in entries:
        if each.type == WITHDRAWN:
            told = Told()
        told.follow(each)
    readings = [
        _answer(read(clock, happened, at=at), provider, runs)
        for clock, provider, runs, happened in measured(told, directory, kinds, agreement, partner)
    ]
    if agreement.scope is Scope.EPISODE and set(agreement.categories) >= HELD:
        readings += [_answer(read(c, told.step, at=at), None, ()) for c in COLLABORATIVE_CARE]
    known = [r for r in readings if r["state"] != State.NOT_STARTED.value]
    return sorted(known, key=lambda r: (r["state"] not in GOING_ON, r["due"] or "", r["clock"]))


GOING_ON = frozenset({State.RUNNING.value, State.PAUSED.value})


def measured(
    told: Told,
    directory: Directory,
    kinds: Mapping[str, PartnerKind],
    agreement: AgreementSigned | None,
    partner: PartnerId | None,
) -> Iterable[tuple[Clock, str, Sequence[Run], list[Happening]]]:
    """Each clock with what moves it: a referral's, or all of a provider's that it joins.

    Without an ``agreement`` every clock is read, as nobody could who is told less than all.
    """
    joined: dict[tuple[Clock, str], list[tuple[Run, Happening]]] = {}
    for run in told.runs:
        service, kind = directory.services.get(run.service), kinds.get(run.provider)
        if service is None or kind is None:
            continue
        if agreement and not _follows(agreement, partner, run):
            continue
        of = team(kind, service.step)
        received = Happening(
            Kind.REFERRAL_RECEIVED, run.received.at, run.received.recorded_at, run.id, team=of
        )
        made_on = local_date(received.at)
        way = directory.way(made_on)
        for standard in applying(kind, service.step, run.priority, made_on):
            if standard.clock in LOCAL and (way is None or standard.clock not in way.clocks):
                continue
            if agreement and not standard.needs <= set(agreement.categories):
                continue
            if standard.clock in ONE_SPELL:
                joined.setdefault((standard.clock, run.provider), []).append((run, received))
            else:
                yield standard.clock, run.provider, (run,), [received, *told.happenings(run)]
    for (clock, provider), parts in joined.items():
        happened = [h for run, received in parts for h in (received, *told.happenings(run))]
        yield clock, provider, [run for run, _ in parts], happened


def _follows(agreement: AgreementSigned, partner: PartnerId | None, run: Run) -> bool:
    """Whether the partner is told of the contacts under a referral."""
    if agreement.scope is Scope.EPISODE or run.provider == str(partner):
        return True
    return agreement.follows_attendance


def _answer(reading: ClockReading, provider: str | None, runs: Sequence[Run]) -> dict[str, Any]:
    limit = reading.limit
    was = reading.restated
    answer: dict[str, Any] = {
        "clock": reading.clock.value,
        "rule": reading.rule,
        "source": reading.source,
        "standing": reading.standing.value,
        "limit": limit.words,
        "provider": provider,
        "referrals": sorted({run.referral for run in runs}),
        "state": reading.state.value,
        "words": reading.words,
        "started": _iso(reading.started),
        "stopped": _iso(reading.stopped),
        "ended": _iso(reading.ended),
        "day": reading.day,
        "of": None if limit.unit is Unit.HOURS else limit.amount,
        "days_left": reading.days_left,
        "due": _iso(reading.due),
        "opens_on": reading.opens_on.isoformat() if reading.opens_on else None,
        "breached": reading.breached,
        "paused_days": reading.paused_days,
        "awaits": list(reading.awaits),
        "restated": None,
    }
    if was is not None and was.state is not State.NOT_STARTED:
        answer["restated"] = {
            "at": _iso(reading.restated_at),
            "was": was.words,
            "is": reading.words,
        }
    return answer


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
