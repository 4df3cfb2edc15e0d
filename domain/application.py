"""CareCoordination: every intention anybody may ask, in one application over one log."""

from __future__ import annotations

from domain.intentions.agreed import AgreedIntentions
from domain.intentions.agreements import AgreementIntentions
from domain.intentions.carers import CarerIntentions
from domain.intentions.concerns import ConcernIntentions
from domain.intentions.corrections import CorrectionIntentions
from domain.intentions.directory import DirectoryIntentions
from domain.intentions.emergencies import EmergencyIntentions
from domain.intentions.endings import EndingIntentions
from domain.intentions.erasures import ErasureIntentions
from domain.intentions.feedback import FeedbackIntentions
from domain.intentions.groups import GroupIntentions
from domain.intentions.measures import MeasureIntentions
from domain.intentions.meetings import MeetingIntentions
from domain.intentions.needs import NeedIntentions
from domain.intentions.offering import OfferingIntentions
from domain.intentions.openings import OpeningIntentions
from domain.intentions.pathways import PathwayIntentions
from domain.intentions.plans import PlanIntentions
from domain.intentions.practitioners import PractitionerIntentions
from domain.intentions.referrals import ReferralIntentions
from domain.intentions.retention import RetentionIntentions
from domain.intentions.reviews import ReviewIntentions
from domain.intentions.shared_care import SharedCareIntentions
from domain.intentions.social_work import SocialWorkIntentions
from domain.intentions.subject_access import SubjectAccessIntentions
from domain.intentions.training import TrainingIntentions
from domain.intentions.waiting import WaitingIntentions
from domain.intentions.wishes import WishIntentions


class CareCoordination(
    DirectoryIntentions,
    AgreementIntentions,
    PractitionerIntentions,
    OfferingIntentions,
    CorrectionIntentions,
    NeedIntentions,
    CarerIntentions,
    SharedCareIntentions,
    ReferralIntentions,
    PathwayIntentions,
    MeetingIntentions,
    AgreedIntentions,
    ConcernIntentions,
    EmergencyIntentions,
    OpeningIntentions,
    MeasureIntentions,
    GroupIntentions,
    WaitingIntentions,
    ReviewIntentions,
    PlanIntentions,
    FeedbackIntentions,
    TrainingIntentions,
    EndingIntentions,
    SocialWorkIntentions,
    WishIntentions,
    SubjectAccessIntentions,
    ErasureIntentions,
    RetentionIntentions,
):
    """Care shared by organisations that share only a network."""
