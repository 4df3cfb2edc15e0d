"""The only table from a broken rule to an HTTP status; answers as RFC 9457 problem documents.

It refuses to repeat what somebody sent: a problem names elements, rules and ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
import psycopg
from eventsourcing.persistence import OperationalError, PersistenceError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from domain import (
    advice,
    agreement,
    carer,
    concern,
    contact,
    corrections,
    erasure,
    exceptional,
    feedback,
    group,
    hold,
    measure,
    meeting,
    needs,
    offered,
    outcome,
    partner,
    pen,
    person,
    plan,
    practitioner,
    privacy,
    referral,
    registered_carer,
    room,
    safeguarding,
    service,
    shared_care,
    social_work,
    training,
    unmet,
)
from domain.action import DueDateHasPassed
from domain.case import DestinationIsMissing
from domain.intentions import (
    agreements,
    answers,
    carers,
    concerns,
    deciding,
    emergencies,
    endings,
    practitioners,
)
from domain.kernel import BrokenRule, Unknown
from domain.mapping import TextCannotBeStored
from domain.policies import minimum_data, steps, ways
from domain.policies.instruments import Fault, Flaw
from projections import addresses, credentials, inbox, packs
from projections.keys import KeysCannotBeReached
from projections.paging import NoSuchPage
from projections.refusals import NoAgreementIsInForce as NoAgreementIsInForce
from projections.refusals import NotForThisPurpose as NotForThisPurpose
from projections.refusals import NotForThisRole as NotForThisRole
from projections.refusals import PurposeIsNotAgreed as PurposeIsNotAgreed
from projections.refusals import RequestIsNotValid as RequestIsNotValid
from projections.refusals import RequestIsNotWellFormed as RequestIsNotWellFormed
from projections.refusals import flaw
from projections.refusals import kebab as kebab
from projections.refusals import title as title

PROBLEM = "application/problem+json"
FHIR = "application/fhir+json"
REALM = 'Bearer realm="throughcare"'


class IdempotencyKeyIsMissing(BrokenRule):
    """Send an Idempotency-Key header with a UUID of your own, the same one when you try again."""


class FormIsNotWhole(BrokenRule):
    """What the form was opened on did not come with it. Open the page again, and answer it there.

    Nothing was recorded.
    """


class NotSignedIn(BrokenRule):
    """Sign in, or send a valid bearer token of somebody who acts for an organisation here."""


class LinkIsNotOpen(BrokenRule):
    """Open the link that was sent to your organisation again, or ask for another one there."""


class WayIsNotAgreed(BrokenRule):
    """Your organisation's agreement is not for this way to be told; its others are the same."""


class OnlyAnAdministratorMay(BrokenRule):
    """Only an administrator of your organisation sees who has still to attend which training."""


class OnlyAnAdministratorSays(BrokenRule):
    """Only an administrator of an organisation, or of the host, says who acts for it."""


class OnlyAPrivacyOfficerMay(BrokenRule):
    """Only a privacy officer of your organisation sees what waits to be looked into."""


class OnlyAnAdministratorSeesToStreams(BrokenRule):
    """Only an administrator of your organisation, or its system with a scope, sees to streams."""


class OnlyTheHostAllows(BrokenRule):
    """Only an administrator of the host allows hosts for endpoints; ask them."""


class OnlyAnAdministratorSeesToSystems(BrokenRule):
    """Only an administrator of your organisation sees to its systems and their keys."""


class ScopeIsTooSmall(BrokenRule):
    """The system was not let do this; its administrator chooses its scopes, and some have none."""


class OnlyAnAdministratorNames(BrokenRule):
    """Only an administrator names who looks after privacy."""


class OnlyWhoSeesToPrivacyGrants(BrokenRule):
    """An administrator or a privacy officer of your organisation says who may open it."""


class AskedTooOften(BrokenRule):
    """You asked more often than is allowed; wait as long as Retry-After says, then ask again."""

    def __init__(self, seconds: int = 60) -> None:
        super().__init__()
        self.seconds = seconds


class AddressIsTooLong(BrokenRule):
    """The address is longer than is read here; what is looked for goes in the body."""


class HeadersAreTooLarge(BrokenRule):
    """The request's headers are larger than is read here; send fewer cookies and headers."""


class SentFromAnotherSite(BrokenRule):
    """The request came from another site's page; open the form here and send it again."""


class NothingIsHere(BrokenRule):
    """There is nothing at this address for you."""


class MethodIsNotAllowed(BrokenRule):
    """This address does not take this method."""


class RecordHasChanged(BrokenRule):
    """The record changed since you read it; read it again, then decide."""


class IdIsTaken(BrokenRule):
    """The id that was made for this stands for something already; make another and send again."""


class SomethingMustComeFirst(BrokenRule):
    """What this rests on is not recorded; send what ``after`` names, then this, each by its key."""


class RequestIsTooLarge(BrokenRule):
    """The request is larger than this address takes; send less at once."""


class ContentTypeIsNotRead(BrokenRule):
    """Documents of this kind are not read here."""


class PositionIsNotReached(BrokenRule):
    """The views have not reached the position you wait for; ask again in a second."""


class ListIsTooLong(BrokenRule):
    """This list is longer than a file holds (2,000 rows): choose a status or a part of it first."""


class LookIsNotRecorded(BrokenRule):
    """It cannot be recorded just now who looks, so nothing is shown. Try again shortly."""


class AnswerTookTooLong(BrokenRule):
    """No answer in time, and the outcome is not known: send it again with the same key."""


class HistoryCannotBeReached(BrokenRule):
    """The database does not answer; send the same request again in a moment."""


class PersonsKeysCannotBeReached(BrokenRule):
    """Names and notes cannot be opened just now, and nothing was recorded; send the same again."""


class QuestionTakesTooLong(BrokenRule):
    """To find this takes longer than a question may take here; ask for less of it."""


class MessagesAreNotTaken(BrokenRule):
    """This place takes no messages at present; send it again later."""


class SomethingFailed(BrokenRule):
    """Something failed here, and it is not your fault; the request id tells us where to look."""


STATUS: dict[type[BrokenRule], int] = {
    RequestIsNotWellFormed: 400,
    IdempotencyKeyIsMissing: 400,
    FormIsNotWhole: 400,
    NotSignedIn: 401,
    LinkIsNotOpen: 401,
    NotForThisRole: 403,
    NotForThisPurpose: 403,
    PurposeIsNotAgreed: 403,
    NoAgreementIsInForce: 403,
    WayIsNotAgreed: 403,
    agreement.AgreementEndsBeforeItBegins: 422,
    agreement.AgreementWouldBeOver: 422,
    agreement.AnAgreementHasAPurpose: 422,
    agreement.ConsentIsAskedInSoManyWords: 422,
    agreements.OnlyTheHostSigns: 403,
    OnlyAnAdministratorMay: 403,
    OnlyAnAdministratorSeesToSystems: 403,
    OnlyAnAdministratorSeesToStreams: 403,
    OnlyTheHostAllows: 403,
    ListIsTooLong: 422,
    addresses.AddressIsNotPossible: 422,
    ScopeIsTooSmall: 403,
    credentials.SystemIsUnknown: 404,
    OnlyAnAdministratorSays: 403,
    practitioners.OnlyItselfOrTheHostMay: 403,
    practitioner.NotARoleOfSomebody: 422,
    OnlyAPrivacyOfficerMay: 403,
    OnlyAnAdministratorNames: 403,
    OnlyWhoSeesToPrivacyGrants: 403,
    emergencies.OnlyCareOpensInAnEmergency: 403,
    emergencies.OnlyAPrivacyOfficerReviews: 403,
    exceptional.OnlySomebodyMayTakeAccess: 403,
    exceptional.OnlyWhoTookItEndsIt: 403,
    exceptional.NobodyReviewsTheirOwn: 403,
    exceptional.ReasonInWordsIsNeeded: 422,
    exceptional.ThisReasonIsNotGiven: 422,
    erasure.OnlyTheHostErases: 403,
    erasure.SomebodyElseConfirms: 403,
    privacy.OnlyTheyNameTheirOfficer: 403,
    privacy.OnlyTheyGrantIt: 403,
    privacy.NotGrantedToOpen: 403,
    privacy.NotAPrivacyOfficerThere: 422,
    endings.OnlyCareMayRecordADeath: 403,
    endings.OnlyTheHostMay: 403,
    concerns.OnlyCareRefersForSafeguarding: 403,
    partner.PartnerHasLeft: 403,
    SentFromAnotherSite: 403,
    corrections.DetailIsNotShared: 403,
    NothingIsHere: 404,
    packs.NothingSignedFits: 404,
    Unknown: 404,
    advice.DestinationIsNeeded: 422,
    contact.AppointmentIsUnknown: 404,
    contact.ReasonDoesNotFit: 422,
    contact.SayWhoMovedIt: 422,
    group.GroupIsUnknown: 404,
    group.ProgrammeIsNotPossible: 422,
    group.ServiceIsNotForGroups: 422,
    offered.TimeWasNotOffered: 422,
    meeting.MeetingIsUnknown: 404,
    corrections.NothingSuchWasRecorded: 404,
    partner.PartnerIsUnknown: 404,
    service.ServiceIsUnknown: 404,
    service.OnlyWhoOffersItMay: 403,
    room.CapacityIsNotPossible: 422,
    unmet.WhichServiceIsMissing: 422,
    unmet.WhichStepIsMissing: 422,
    referral.ReferralIsUnknown: 404,
    MethodIsNotAllowed: 405,
    RecordHasChanged: 412,
    RequestIsTooLarge: 413,
    inbox.BatchIsTooLarge: 413,
    inbox.MessageIdIsTaken: 422,
    inbox.MessageIsOfNoKnownType: 422,
    inbox.VersionHasEnded: 422,
    inbox.AnswerIsAboutAnother: 422,
    inbox.MessageFailed: 500,
    AddressIsTooLong: 414,
    ContentTypeIsNotRead: 415,
    AskedTooOften: 429,
    HeadersAreTooLarge: 431,
    RequestIsNotValid: 422,
    NoSuchPage: 422,
    TextCannotBeStored: 422,
    packs.PackIsTooLarge: 422,
    answers.KeyStandsForAnotherIntention: 422,
    hold.ReviewLiesBehind: 422,
    concern.ConcernNeedsWords: 422,
    concern.SealedFromWhoRaisesIt: 422,
    concerns.AnAnswerRaisesItself: 422,
    safeguarding.BodyIsMissing: 422,
    safeguarding.BasisIsNotInForce: 422,
    safeguarding.SayWhyTheyWereNotTold: 422,
    safeguarding.TheAllegedAreNotAsked: 422,
    plan.MayNotKnowThePlan: 403,
    plan.OnlyWhoHelpsMay: 403,
    plan.NothingIsPlanned: 422,
    plan.ReviewIsTooFarAway: 422,
    plan.ReviewDayHasPassed: 422,
    feedback.NotYourService: 403,
    training.TrainingLiesAhead: 422,
    training.TrainingHadNoLength: 422,
    training.OnlyTheirOrganisationMay: 403,
    measure.MeasureIsUnknown: 404,
    measure.ScoreIsNotPossible: 422,
    steps.ModelIsUnknown: 422,
    ways.WayIsUnknown: 422,
    ways.WayIsNotWhole: 422,
    social_work.WorkIsUnknown: 404,
    social_work.OnlySocialWorkersMay: 403,
    social_work.WasAdmissionAvoided: 422,
    DestinationIsMissing: 422,
    pen.SayWhyThePenIsTaken: 422,
    DueDateHasPassed: 422,
    minimum_data.ReferralIsIncomplete: 422,
    person.DateOfBirthIsNotPossible: 422,
    needs.BeforeTheyWereBorn: 422,
    needs.WordsAreMissing: 422,
    needs.ThisIsAnAdjustment: 422,
    needs.ThisIsCommunication: 422,
    carer.CarerHasNotAgreed: 422,
    carer.NobodyCaresForThemselves: 422,
    carer.NoNumberToRing: 422,
    carer.SayWhatTheyMayBeTold: 422,
    registered_carer.NobodyMayAssess: 422,
    carers.OnlyCareMayRegister: 403,
    shared_care.NotForSharedCare: 422,
    shared_care.AgreementIsNotSigned: 422,
    shared_care.DaysAreNotPossible: 422,
    shared_care.NextReviewIsTooFar: 422,
    shared_care.OnlyThoseWhoShareMay: 403,
    shared_care.OnlyThePrescriberMay: 403,
    shared_care.OnlyThePharmacyMay: 403,
    partner.OnlyAPracticeHasALiaison: 403,
    outcome.WhereToIsMissing: 422,
    person.DeathDateIsNotPossible: 422,
    corrections.NothingIsCorrected: 422,
    corrections.NameIsMissing: 422,
    SomethingFailed: 500,
    deciding.TooManyAtOnce: 503,
    PositionIsNotReached: 503,
    AnswerTookTooLong: 503,
    LookIsNotRecorded: 503,
    HistoryCannotBeReached: 503,
    PersonsKeysCannotBeReached: 503,
    QuestionTakesTooLong: 503,
    MessagesAreNotTaken: 503,
    packs.NothingIsSigned: 503,
}
"""Every other broken rule is 409: the record is in another state than the asker thought."""

OF_STATUS: dict[int, type[BrokenRule]] = {
    400: RequestIsNotWellFormed,
    401: NotSignedIn,
    404: NothingIsHere,
    405: MethodIsNotAllowed,
    413: RequestIsTooLarge,
    415: ContentTypeIsNotRead,
}
"""What the framework refuses by status alone."""


class Refused(Exception):
    """A broken rule with what may be asked instead, what is not valid, or what must come first.

    ``instead`` are services that take people now where the one that was wanted does not.
    """

    def __init__(
        self,
        rule: BrokenRule,
        *,
        actions: tuple[str, ...] | None = None,
        errors: tuple[dict[str, str], ...] = (),
        after: Sequence[UUID] = (),
        instead: Sequence[dict[str, str]] = (),
    ) -> None:
        super().__init__(rule)
        self.rule, self.actions, self.errors, self.after = rule, actions, errors, after
        self.instead = instead


def not_valid(place: dict[str, str], text: str) -> Refused:
    """A value that its type allows and that is not possible all the same.

    ``place`` is ``{"pointer": "/at"}`` in a body, ``{"parameter": "as-at"}`` elsewhere.
    """
    return Refused(RequestIsNotValid(), errors=({**place, "detail": text},))


def missing(rule: BrokenRule) -> list[dict[str, str]]:
    """Each thing a service still wants to be told: where it goes, and what it is in plain words.

    Of a score, each answer that is not possible, and what would be.
    """
    if isinstance(rule, measure.ScoreIsNotPossible):
        return [_fault(fault) for fault in rule.faults]
    if not isinstance(rule, minimum_data.ReferralIsIncomplete):
        return []
    return [{"pointer": each.pointer, "detail": f"Missing: {each.words}."} for each in rule.missing]


def _fault(fault: Fault) -> dict[str, str]:
    place = {Flaw.TOTAL: "/total", Flaw.SUM: "/total", Flaw.GOALS: "/goals"}
    if fault.item:
        return {"pointer": f"/items/{fault.item - 1}", "detail": f"Needed: {fault.remedy}."}
    return {"pointer": place.get(fault.flaw, "/items"), "detail": f"Needed: {fault.remedy}."}


def status_of(rule: type[BrokenRule]) -> int:
    return next((STATUS[kind] for kind in rule.__mro__ if kind in STATUS), 409)


def catalogue() -> dict[str, type[BrokenRule]]:
    """Every rule that can be broken, by the last part of its problem type."""

    def below(kind: type[BrokenRule]) -> Iterator[type[BrokenRule]]:
        for rule in kind.__subclasses__():
            yield rule
            yield from below(rule)

    return {kebab(rule): rule for rule in below(BrokenRule)}


def problem(
    request: Request,
    rule: BrokenRule,
    *,
    actions: Sequence[str] | None = None,
    errors: Sequence[dict[str, str]] = (),
    after: Sequence[UUID] = (),
    instead: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The answer to a broken rule: a problem document, or an OperationOutcome under ``/fhir``."""
    kind = type(rule)
    status = status_of(kind)
    instance = f"urn:uuid:{request.scope.get('request_id', '')}"
    all_headers = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        said = ', error="invalid_token"' if "authorization" in request.headers else ""
        all_headers["WWW-Authenticate"] = REALM + said
    if isinstance(rule, AskedTooOften):
        all_headers["Retry-After"] = str(rule.seconds)
    if isinstance(rule, ScopeIsTooSmall):
        scope = f', scope="{rule.args[0]}"' if rule.args else ""
        all_headers["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope"{scope}'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        all_headers["Retry-After"] = "1"
    if request.url.path.startswith("/fhir/"):
        outcome = operation_outcome("error", _fhir_code(status), rule.text)
        return Response(orjson.dumps(outcome), status, all_headers, FHIR)
    document: dict[str, Any] = {
        "type": f"/problems/{kebab(kind)}",
        "title": title(kind),
        "status": status,
        "detail": rule.text,
        "instance": instance,
    }
    if errors:
        document["errors"] = list(errors)
    if rule.needs:
        document["needs"] = list(rule.needs)
    if after:
        document["after"] = [str(key) for key in after]
    if instead:
        document["instead"] = list(instead)
    if actions is not None and status == HTTPStatus.CONFLICT:
        document["actions"] = list(actions)
    return Response(orjson.dumps(document), status, all_headers, PROBLEM)


def operation_outcome(severity: str, code: str, text: str, expression: str = "") -> dict[str, Any]:
    """A FHIR OperationOutcome of one issue."""
    issue: dict[str, Any] = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        issue["expression"] = [expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _fhir_code(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "transient"
    return {401: "login", 403: "forbidden", 404: "not-found", 409: "conflict"}.get(
        status, "invalid"
    )


def install(app: FastAPI) -> None:
    """Let every broken rule, wherever it is raised, become its problem document."""

    @app.exception_handler(BrokenRule)
    async def broken(request: Request, rule: BrokenRule) -> Response:
        return problem(request, rule, errors=missing(rule))

    @app.exception_handler(Refused)
    async def refused(request: Request, refusal: Refused) -> Response:
        return problem(
            request,
            refusal.rule,
            actions=refusal.actions,
            errors=refusal.errors,
            after=refusal.after,
            instead=refusal.instead,
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, flaws: RequestValidationError) -> Response:
        found = flaws.errors()
        if any(flaw["loc"][0] == "path" for flaw in found):
            return problem(request, NothingIsHere())
        if any(flaw["type"] == "json_invalid" for flaw in found):
            return problem(request, RequestIsNotWellFormed())
        return problem(request, RequestIsNotValid(), errors=[_flaw(each) for each in found])

    @app.exception_handler(HTTPException)
    async def refused_by_framework(request: Request, refusal: HTTPException) -> Response:
        rule = OF_STATUS.get(refusal.status_code, NothingIsHere)
        return problem(request, rule(), headers=dict(refusal.headers or {}))

    @app.exception_handler(PersistenceError)
    @app.exception_handler(psycopg.OperationalError)
    async def database(request: Request, failure: Exception) -> Response:
        if isinstance(failure, KeysCannotBeReached):
            return problem(request, PersonsKeysCannotBeReached())
        if isinstance(failure, psycopg.errors.QueryCanceled):
            return problem(request, QuestionTakesTooLong())
        if isinstance(failure, (OperationalError, psycopg.OperationalError)):
            return problem(request, HistoryCannotBeReached())
        raise failure


def _flaw(found: dict[str, Any]) -> dict[str, str]:
    place, *path = found["loc"]
    return flaw({"loc": path, "msg": found["msg"]}, str(place))
