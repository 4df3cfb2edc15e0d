"""Everything a partner may read, always for one partner; there is no question without one.

It reads what was folded from that partner's share, now or as at an earlier moment.
"""

from __future__ import annotations

from projections.questions.agreed import AgreedQuestions
from projections.questions.checkpoints import CheckpointQuestions
from projections.questions.digests import DigestQuestions
from projections.questions.erasures import ErasureQuestions
from projections.questions.exceptional import ExceptionalQuestions
from projections.questions.feedback import FeedbackQuestions
from projections.questions.groups import GroupQuestions
from projections.questions.inbox import InboxQuestions
from projections.questions.learning import LearningQuestions
from projections.questions.matches import MatchQuestions
from projections.questions.meetings import MeetingQuestions
from projections.questions.operating import OperatingQuestions
from projections.questions.persons import PersonQuestions
from projections.questions.referrals import ReferralQuestions
from projections.questions.replaying import ReplayQuestions
from projections.questions.subject_access import SubjectAccessQuestions
from projections.questions.training import TrainingQuestions
from projections.questions.withdrawals import WithdrawalQuestions


class Reading(
    PersonQuestions,
    ReplayQuestions,
    MatchQuestions,
    ReferralQuestions,
    MeetingQuestions,
    AgreedQuestions,
    LearningQuestions,
    GroupQuestions,
    FeedbackQuestions,
    TrainingQuestions,
    ExceptionalQuestions,
    SubjectAccessQuestions,
    ErasureQuestions,
    WithdrawalQuestions,
    DigestQuestions,
    CheckpointQuestions,
    InboxQuestions,
    OperatingQuestions,
):
    """The reads of one process. Open it before use and close it after."""
