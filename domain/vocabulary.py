"""The words of the field: ids, steps, kinds and coded answers. It holds no rule."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType
from uuid import UUID

Moment = datetime
"""Always aware; stored and compared in UTC."""

PersonId = NewType("PersonId", UUID)
PartnerId = NewType("PartnerId", UUID)
PractitionerId = NewType("PractitionerId", UUID)
ServiceId = NewType("ServiceId", UUID)
ReferralId = NewType("ReferralId", UUID)
PathwayId = NewType("PathwayId", UUID)
HandoverId = NewType("HandoverId", UUID)
MeetingId = NewType("MeetingId", UUID)
DecisionId = NewType("DecisionId", UUID)
SeriesId = NewType("SeriesId", UUID)
ActionId = NewType("ActionId", UUID)
ItemId = NewType("ItemId", UUID)
DiscussionId = NewType("DiscussionId", UUID)
WorkId = NewType("WorkId", UUID)
ConcernId = NewType("ConcernId", UUID)
SafeguardingId = NewType("SafeguardingId", UUID)
ContactId = NewType("ContactId", UUID)
GroupId = NewType("GroupId", UUID)
ReviewId = NewType("ReviewId", UUID)
MeasureId = NewType("MeasureId", UUID)
EditId = NewType("EditId", UUID)
UnmetNeedId = NewType("UnmetNeedId", UUID)
PlanId = NewType("PlanId", UUID)
GoalId = NewType("GoalId", UUID)
FeedbackId = NewType("FeedbackId", UUID)
TrainingId = NewType("TrainingId", UUID)
CarerId = NewType("CarerId", UUID)
AccessId = NewType("AccessId", UUID)
SealId = NewType("SealId", UUID)
RectificationId = NewType("RectificationId", UUID)
SubjectAccessId = NewType("SubjectAccessId", UUID)
ErasureId = NewType("ErasureId", UUID)
LegalHoldId = NewType("LegalHoldId", UUID)


class PartnerKind(StrEnum):
    PRACTICE = "practice"
    TALKING_THERAPIES = "talking therapies"
    TRUST = "mental-health trust"
    SOCIAL_WORK = "social work team"
    DRUG_SERVICE = "drug service"
    PHARMACY = "pharmacy"
    CHARITY = "charity"
    PATIENT_GROUP = "patient-run group"
    PROBATION = "probation"
    SCHOOL = "school"
    LIBRARY = "library"
    HOUSING_ADVICE = "housing advice"
    COMMISSIONER = "commissioner"


class Scope(StrEnum):
    """How much of a person's care an agreement speaks of."""

    EPISODE = "episode"  # anything about a person the partner is involved with
    OWN = "own"  # only what concerns the partner's own referrals and contacts


class Way(StrEnum):
    """How a partner is told; its systems get the same entries every way, and `MAIL` is for people:
    a link that opens one referral, for who has no systems and no account."""

    FEED = "feed"
    LIVE = "live"
    KAFKA = "kafka"
    WEBHOOK = "webhook"
    MESH = "mesh"
    MAIL = "mail"


class Role(StrEnum):
    """What somebody does for their organisation."""

    CLINICIAN = "clinician"
    HELPER = "helper"
    CHAIR = "chair"
    ADMINISTRATOR = "administrator"
    RECEPTION = "reception"
    COMMISSIONER = "commissioner"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy officer"
    OPERATOR = "operator"
    SYSTEM = "system"


class Step(IntEnum):
    """Sandwell's four steps (NHS Confederation, *A primary care approach to mental health*)."""

    COMMUNITY_PREVENTION = 1
    TALKING_THERAPIES = 2
    COLLABORATIVE_CARE = 3
    HOSPITAL_CARE = 4

    @property
    def words(self) -> str:
        return {
            Step.COMMUNITY_PREVENTION: "community prevention",
            Step.TALKING_THERAPIES: "talking therapies",
            Step.COLLABORATIVE_CARE: "collaborative and shared care",
            Step.HOSPITAL_CARE: "hospital care",
        }[self]


class Purpose(StrEnum):
    """Why a fact was recorded or a record read: the kind of use that is made of it.

    An agreement names those it is for. The last two come with being an organisation of the place
    at all, whatever its agreement is for: `policies.agreements.OF_THE_PLACE`.
    """

    DIRECT_CARE = "direct care"
    SAFEGUARDING = "safeguarding"
    COMMUNITY_SUPPORT = "support in the community"
    JUSTICE = "probation and courts"
    PLANNING = "planning and research"
    ADMINISTRATION = "administration"
    AUDIT = "audit"


class Retention(StrEnum):
    """How long what is recorded is kept, by what it is; `policies.retention` says for how long."""

    CARE = "care"  # the care record itself, and whatever is nothing else
    CORRESPONDENCE = "correspondence"  # what a person asked about their own record
    FEEDBACK = "feedback"  # what somebody said of a service


class LegalHoldReason(StrEnum):
    """What asks that a record is kept beyond its time."""

    INQUIRY = "inquiry"
    COURT = "court"
    CLAIM = "claim"
    INVESTIGATION = "investigation"


class Confidentiality(StrEnum):
    """How the common-law duty of confidentiality is met; not the lawful basis of the UK GDPR."""

    IMPLIED = "implied consent"  # for direct care; nobody is surprised, and anybody may object
    EXPLICIT = "explicit consent"  # the person was asked, and said so
    NOTHING = "nothing confidential is told"


class DisclosureGround(StrEnum):
    """On which ground something was told of a person without their consent."""

    SAFEGUARDING = "safeguarding"
    CHILD_PROTECTION = "child protection"
    COURT_ORDER = "court order"
    CRIME = "serious crime"


class Rectified(StrEnum):
    """What became of a request to put something right."""

    PUT_RIGHT = "put right"
    KEPT = "kept as the professional's opinion"


class Label(StrEnum):
    """A security label on a fact: substance-misuse care is especially sensitive."""

    ORDINARY = "ordinary"
    SUBSTANCE = "substance"


class Source(StrEnum):
    """Who asks for help: the four ways in (codes in ``policies.codes``)."""

    PROFESSIONAL = "professional"
    PARTNER = "partner"
    CARER = "carer"
    SELF = "self"


class Mode(StrEnum):
    WRITTEN = "written"
    VERBAL = "verbal"
    ONLINE = "online"


class Priority(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Responsibility(StrEnum):
    """What a referral asks: to take the person over, or to help while the sender still holds."""

    TAKE_OVER = "take over"
    HELP_ALONGSIDE = "help alongside"


class DeclineReason(StrEnum):
    """MHSDS rejection reasons 01-03, e-RS provider rejection codes, and capacity."""

    DUPLICATE = "duplicate"
    ANOTHER_SERVICE_NEEDED = "another service needed"
    INCOMPLETE = "incomplete"
    NOT_ELIGIBLE = "not eligible"
    FULL = "full"
    PERSON_DECLINED = "person declined"


class Recommendation(StrEnum):
    """What a service advises before anything is sent to it."""

    REFER = "refer"
    NO_REFERRAL_NEEDED = "no referral needed"
    ANOTHER_SERVICE = "another service"


class Particular(StrEnum):
    """What a destination may want to be told with a referral (``policies.minimum_data``)."""

    NAME = "name"
    PHONE = "telephone number"
    REACH = "telephone number or address"
    BORN = "date of birth"
    ADDRESS = "address or postcode"
    NUMBER = "NHS number or address"
    PRACTICE = "GP practice"
    ASK = "ask"
    REASON = "reason"
    PRIORITY = "urgency"
    SAID_BY = "who said it"
    AGREED = "the person's agreement"


class EndReason(StrEnum):
    """How the help ended: what NHS Talking Therapies end codes and MHSDS closure reasons tell.

    The first of them end help that was taken up; from ``NOT_SUITABLE`` on, the person was seen once
    and not taken on, or not seen at all.
    """

    COMPLETED = "completed by agreement"
    DROPPED_OUT = "ended earlier than the professional planned"
    PERSON_ENDED = "ended earlier than the person asked"
    REFERRED_ON = "referred to another service"
    MOVED_AWAY = "moved away"
    PROVIDER_LEFT = "the organisation that helped left"
    DIED = "died"
    UNKNOWN = "unknown"
    NOT_SUITABLE = "not suitable, back to the referrer"
    SIGNPOSTED = "not suitable, signposted by agreement"
    ADVISED = "discharged after advice"
    OFFER_DECLINED = "suitable, and the person declined"
    ASSESSMENT_INCOMPLETE = "assessment not completed"
    NOT_ASSESSED = "not assessed"


class PauseReason(StrEnum):
    """Why a person cannot be seen for a while, at their own word."""

    AWAY = "away"
    UNWELL = "unwell"
    NOT_READY = "not ready yet"
    OTHER = "another reason of the person"


class NullificationReason(StrEnum):
    """Why a wait should never have started."""

    MADE_IN_ERROR = "made in error"
    MADE_TWICE = "made twice"
    ANOTHER_PERSON = "meant for another person"


class ConcernSource(StrEnum):
    """Where a concern for somebody's safety came from."""

    ITEM_9 = "answer to PHQ-9 item 9"
    PRACTITIONER = "practitioner"
    CARER = "carer"
    THE_PERSON = "the person"
    ORGANISATION = "another organisation"
    PUBLIC = "a member of the public"
    SAFEGUARDING = "safeguarding referral"


class ConcernOutcome(StrEnum):
    """What came of looking at a concern. None of them is a level of risk."""

    SAFETY_PLAN = "safety plan agreed with the person"
    TALKED = "talked with the person, care as before"
    CARE_CHANGED = "care changed"
    CRISIS_CARE = "seen by crisis or emergency care"
    SAFEGUARDED = "referred for safeguarding"
    CARE_ELSEWHERE_TOLD = "care at the new place was told"
    PERSON_DIED = "the person died"
    RAISED_IN_ERROR = "raised in error"


class SafeguardingOf(StrEnum):
    """Whom a safeguarding referral is for: the law differs."""

    ADULT = "adult"
    CHILD = "child"


class NotTold(StrEnum):
    """Why the person was not told of a safeguarding referral."""

    DANGER = "telling them could put somebody in danger"
    ENQUIRY = "telling them could harm an enquiry or the detection of a crime"
    COULD_NOT_BE_REACHED = "they could not be reached"
    CANNOT_UNDERSTAND = "they could not understand it now"


class Content(StrEnum):
    """What a contact was for: which decides whether it stops a clock."""

    ASSESSMENT = "assessment"
    TREATMENT = "treatment"
    ASSESSMENT_AND_TREATMENT = "assessment and treatment"
    REVIEW = "review"
    FOLLOW_UP = "follow-up"
    SIGNPOSTING = "signposting"
    CONSULTATION = "consultation"


class HowKnown(StrEnum):
    """How a death became known. PDS tells formal notice (the registrar's) from informal notice."""

    REGISTRAR = "notice of the registrar of deaths"
    CLINICIAN = "confirmed by a clinician"
    FAMILY = "told by the family or a carer"
    ORGANISATION = "told by another organisation"


class Because(StrEnum):
    """Why responsibility fell back to an organisation that did not ask for it."""

    PARTNER_LEFT = "the organisation that was responsible left"
    AGREEMENT_OVER = "the agreement of the organisation that was responsible is over"


class Tied(StrEnum):
    """What binds a person to an organisation while it is open."""

    REFERRAL = "referral"
    HANDOVER = "hand-over"
    PATHWAY = "pathway"
    CONCERN = "concern"


class ReviewOf(StrEnum):
    """Why somebody is looked at again on a day."""

    HOLD = "hold"
    DECISION = "decision of a meeting"
    FOLLOW_UP = "follow-up in collaborative care"
    PSYCHIATRIC = "psychiatric review in collaborative care"
    TEAM = "weekly look at new and existing cases"
    PLAN = "plan"
    NEEDS = "communication needs and adjustments"
    JOINT = "joint review in shared care"
    SUPERVISION = "supervised consumption"


class AccessNeed(StrEnum):
    """What somebody needs to be reached, understood and seen (sources in ``policies.needs``)."""

    INTERPRETER = "interpreter"
    SIGN_LANGUAGE = "British Sign Language interpreter"
    LIP_READING = "lip-reading"
    HEARING_LOOP = "hearing loop"
    LARGE_PRINT = "large print"
    EASY_READ = "easy read"
    BRAILLE = "braille"
    AUDIO = "audio"
    BY_TEXT = "contact by text message"
    BY_TELEPHONE = "contact by telephone"
    BY_LETTER = "contact by letter"
    BY_EMAIL = "contact by email"
    LONGER = "longer appointment"
    TIME_OF_DAY = "certain time of day"
    QUIET = "quiet place to wait"
    AT_HOME = "visit at home"
    ACCOMPANIED = "somebody with them"
    STEP_FREE = "step-free access"
    SAME_PERSON = "same professional each time"


class Relation(StrEnum):
    """What a carer is to the person they care for."""

    PARTNER = "partner or spouse"
    PARENT = "parent"
    CHILD = "son or daughter"
    SIBLING = "brother or sister"
    OTHER_RELATIVE = "other relative"
    FRIEND = "friend or neighbour"


class MayBeTold(StrEnum):
    """What the person wishes that a carer is told of their care."""

    NOTHING = "nothing"
    SOME = "what the person names"
    ALL = "everything"


class CaringEnd(StrEnum):
    """Why somebody no longer cares for a person."""

    NOT_NEEDED = "the person needs no carer now"
    CARERS_WISH = "the carer wishes it"
    PERSONS_WISH = "the person wishes it"
    ANOTHER_CARER = "somebody else cares now"
    DIED = "the person died"
    IN_ERROR = "identified in error"


class SharedCareEnd(StrEnum):
    """Why shared care ended."""

    COMPLETED = "treatment completed"
    HANDED_BACK = "handed back to the drug service"
    PERSON_ENDED = "ended at the person's wish"
    LOST_TOUCH = "lost touch"
    MOVED_AWAY = "moved away"
    DIED = "died"


class Attendance(StrEnum):
    """NHS attendance codes 5, 6, 7, 3, 2, 4."""

    ON_TIME = "attended on time"
    LATE = "late but seen"
    TOO_LATE = "late, could not be seen"
    DID_NOT_ATTEND = "did not attend"
    CANCELLED_BY_PERSON = "cancelled by the person"
    CANCELLED_BY_SERVICE = "cancelled by the service"


class CancelledBecause(StrEnum):
    """Why an appointment was called off; nothing in it says what somebody suffers from."""

    UNWELL = "unwell"
    WORK_OR_STUDY = "work or study"
    CARING = "caring for somebody"
    TRAVEL = "could not get there"
    ANOTHER_TIME = "another time suits better"
    NOT_WANTED = "no longer wanted"
    STAFF_AWAY = "staff away"
    NO_ROOM = "no room"
    DOUBLE_BOOKED = "double booked"
    OTHER = "another reason"


class NoTimeBecause(StrEnum):
    """Why none of the times offered was taken."""

    NONE_SUITS = "none of the times suits"
    NOT_WANTED = "does not want to be seen"
    NO_ANSWER = "did not answer"
    TAKEN_BACK = "the offer was taken back"


class LeftBecause(StrEnum):
    """Why somebody is in a group no longer."""

    FINISHED = "finished"
    WISHED = "wished to stop"
    STOPPED_COMING = "stopped coming"
    HELP_ENDED = "the help ended"
    PROGRAMME_ENDED = "the programme ended"


class SessionOff(StrEnum):
    """Why a session of a group is not held."""

    LEADER_AWAY = "nobody to lead it"
    NO_ROOM = "no room"
    WEATHER = "weather"
    HOLIDAY = "holiday"
    OTHER = "another reason"


class Medium(StrEnum):
    """How somebody is met or spoken with (consultation mechanisms in ``policies.codes``)."""

    FACE_TO_FACE = "face to face"
    TELEPHONE = "telephone"
    VIDEO = "video"
    GROUP = "group"
    TALK_TYPE = "talk type"  # for a person unable to speak
    EMAIL = "email"
    MESSAGE = "text or chat"


class Instrument(StrEnum):
    PHQ_9 = "PHQ-9"
    GAD_7 = "GAD-7"
    WSAS = "WSAS"
    CORE_10 = "CORE-10"
    REQOL_10 = "ReQoL-10"
    DIALOG = "DIALOG"
    GBO = "GBO"
    SWEMWBS = "SWEMWBS"
    WEMWBS = "WEMWBS"


class Decision(StrEnum):
    """What a meeting may decide about one person."""

    STAY = "stay"
    STEP_UP = "step up"
    STEP_DOWN = "step down"
    HAND_OVER = "hand over"
    MORE_INFORMATION = "more information"
    DISCHARGE = "discharge"


class MeetingKind(StrEnum):
    """James Wigg's rhythm: weekly MDT, planning meetings, monthly review with the trust."""

    WEEKLY_MDT = "weekly MDT"
    FORTNIGHTLY_TEAM = "fortnightly team meeting"
    MONTHLY_PLANNING = "monthly planning"
    MONTHLY_REVIEW = "monthly project review"
    QUARTERLY_PLANNING = "quarterly planning"


class PenReason(StrEnum):
    """Why somebody holds a meeting's pen who did not hold it before."""

    FREE = "nobody held it"
    GIVEN = "it was given"
    LEFT = "the holder has left the meeting"
    DEVICE = "the holder's device failed"
    SAID = "the holder said so in the room"


class ViewObtained(StrEnum):
    """How a meeting knows what the person wants."""

    AT_THE_MEETING = "said at the meeting"
    BEFORE = "said to a practitioner beforehand"
    IN_WRITING = "written by the person"
    BY_ADVOCATE = "through a carer or an advocate"
    NOT_OBTAINED = "not obtained"


class NotImplementedReason(StrEnum):
    """Why what a meeting decided was not done (reasons after Raine et al., HS&DR 2(37), 2014)."""

    NOT_TAKEN_ON = "the receiver did not take the person on"
    OFFER_ENDED = "the offer ended without an answer"
    PERSON_CHOSE_OTHERWISE = "the person chose otherwise"
    NEEDS_CHANGED = "the person's needs changed"
    NOT_AVAILABLE = "the help was not available"
    PATHWAY_ENDED = "the pathway ended first"


class Complexity(StrEnum):
    """How much somebody's needs ask of those who help; what each colour means, a place says."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class Practice(StrEnum):
    """What a place's way of working may keep."""

    NOBODY_TURNED_AWAY = "nobody is turned away"
    ASSESSED_AT_HOME = "assessed at home"
    URGENT_NEEDS_FIRST = "urgent needs first"
    SOCIAL_PROBLEMS = "plans cover social problems"
    CARERS_REGISTER = "carers' register"
    DUAL_AGREEMENT = "two agree to a discharge"
    NOT_TIME_LIMITED = "help without a time limit"
    ALL_SERVICES_PRESENT = "every service presents"
    CASE_DISCUSSIONS = "one-to-one case discussions"
    VERBAL_REFERRALS = "verbal referrals"
    DIRECT_ACCESS = "social workers' direct access"
    METHADONE_LIAISON = "GP methadone liaison"
    GROUP_PROGRAMME = "group programme"
    PATIENT_GROUPS = "patient-run groups"


class WorkKind(StrEnum):
    """What a social worker does for somebody (Camden CCG, James Wigg Practice case study)."""

    HOUSING = "housing"
    MONEY = "money and benefits"
    CARERS_SUPPORT = "carers' support"
    HOSPITAL_DISCHARGE = "discharge from hospital"
    ADMISSION_AVOIDANCE = "admission avoidance"
    EMPLOYMENT = "employment and training"
    CARE_AT_HOME = "care and support at home"
    OTHER = "other social work"


class WorkOutcome(StrEnum):
    """What became of a piece of social work."""

    DONE = "done"
    PARTLY = "partly done"
    REFERRED_ON = "another service took it on"
    NOT_AVAILABLE = "the help was not available"
    PERSON_CHOSE_OTHERWISE = "the person chose otherwise"
    NOT_NEEDED = "no longer needed"


class AdmissionAvoided(StrEnum):
    """Whether somebody was kept out of hospital, as the worker judges it."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"


class DiscussionKind(StrEnum):
    """What practitioners talk over one to one (Camden CCG, James Wigg Practice case study)."""

    COMPLEX_CASE = "complex case"
    FAMILY = "family-based"
    EDUCATION = "GP education"


class Weekday(StrEnum):
    """A day of the week, in their order."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"


class Doubt(StrEnum):
    """What should be thought of before a service is asked: it is not refused, for it may fit."""

    OUTSIDE_AGES = "of another age than the service is for"
    AGE_NOT_KNOWN = "the service is for some ages, and the date of birth is not known"
    OUTSIDE_PRACTICES = "registered with a practice whose patients the service does not take"
    PRACTICE_NOT_KNOWN = "the service is for patients of some practices, and theirs is not known"
    WITHIN_AREA = "the service is for an area: see that they live there"
    EXCLUDES = "the service does not take some problems: read which"
    CONSENT = "the service asks for the person's agreement first"


class WhyUnmet(StrEnum):
    """Why a service that was wanted could not be chosen."""

    FULL = "full"
    PAUSED = "paused"
    CLOSED = "closed"
    NOT_ELIGIBLE = "not eligible"
    NONE_HERE = "none of that kind here"


class Need(StrEnum):
    """What help was wanted for, coarsely: enough to plan by, too little to know anybody by."""

    DEPRESSION_OR_ANXIETY = "depression or anxiety"
    SEVERE_ILLNESS = "severe mental illness"
    TRAUMA = "trauma or abuse"
    EATING = "eating"
    BEREAVEMENT = "bereavement"
    DRUGS_OR_ALCOHOL = "drugs or alcohol"
    LONELINESS = "company and activity"
    HOUSING_OR_MONEY = "housing, money or work"
    CARING = "looking after somebody"
    FAMILY_OR_PARENTING = "family or parenting"
    OTHER = "something else"


class AgreedHow(StrEnum):
    """How a person agreed to their plan."""

    TOGETHER = "made together, face to face"
    REMOTELY = "by telephone or video"
    IN_WRITING = "in writing"
    WITH_SUPPORT = "with the support of a carer or an advocate"
    BEST_INTERESTS = "decided in their best interests"  # Mental Capacity Act 2005, section 4


class Experience(StrEnum):
    """The Friends and Family Test: overall, how was your experience of our service?

    Source: NHS England, *Using the Friends and Family Test to improve patient experience* (2020).
    """

    VERY_GOOD = "very good"
    GOOD = "good"
    NEITHER = "neither good nor poor"
    POOR = "poor"
    VERY_POOR = "very poor"
    DO_NOT_KNOW = "don't know"


class GivenBy(StrEnum):
    """Who answered."""

    PERSON = "the person"
    CARER = "a carer"
    PROXY = "somebody else for the person"


class Collected(StrEnum):
    """How an answer came in."""

    ONLINE = "online"
    ON_PAPER = "on paper"
    SPOKEN = "spoken"


class Topic(StrEnum):
    """What a training session taught (Camden CCG, *Integrated mental health care*, James Wigg)."""

    TEACHING = "teaching for clinicians"
    AWARENESS = "mental-health awareness"
    SAFETY = "asking about suicide and staying safe"
    SAFEGUARDING = "safeguarding"
    INDUCTION = "induction"


class EmergencyReason(StrEnum):
    """Why a record is opened in an emergency; which of them may be written is dated data."""

    LIFE = "somebody's life is in danger"
    HARM = "somebody may come to serious harm"
    CANNOT_SAY = "the person needs care now and cannot tell us what we need to know"
    CRISIS_CARE = "the person asks for help in a crisis and is not known to us"


class OpeningReason(StrEnum):
    """Why something sealed is opened (House of Lords, 7 January 2008: one of these is recorded)."""

    CONSENT = "the person consents"
    LEGAL = "a legal requirement"
    PUBLIC_INTEREST = "an overriding public interest"


class Justified(StrEnum):
    """What a review of access that was taken by exception says."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not justified"


class OfficerRung(StrEnum):
    """Who is told, one after the other, that access was not reviewed."""

    OFFICER = "privacy officer"
    HOST = "privacy officer of the host"


class WithheldGround(StrEnum):
    """Why a person is not shown something that is held of them (DPA 2018, Schedules 2 and 3)."""

    THIRD_PARTY = "it is about somebody else"
    SERIOUS_HARM = "seeing it would be likely to do serious harm"


class ErasureReason(StrEnum):
    """Why a person is forgotten (UK GDPR 17(1); what is kept no longer: 5(1)(e))."""

    CONSENT = "consent, the only basis, was withdrawn"
    OBJECTION = "the person objected, and nothing overrides it"
    NOT_NEEDED = "what it was collected for is over"
    UNLAWFUL = "it should not have been recorded"
    WRONG_PERSON = "it was recorded of the wrong person"
    LAW = "a law or a court asks for it"
    RETENTION = "it has been kept for as long as it has to be"
