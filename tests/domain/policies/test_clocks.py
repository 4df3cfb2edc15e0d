"""Where each clock stands: a table a clinician can read and correct."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import pytest

from domain.policies.clocks import RULES, Clock, Kind, State, in_force, read, reckoned
from domain.policies.days import Unit, Within
from tests.domain.policies.stories import moment, story


@dataclass(frozen=True)
class Case:
    """What happened, when we ask, and what the clock then says."""

    title: str
    clock: Clock
    happened: str
    asked: str
    says: str


def case(title: str, clock: Clock, asked: str, says: str, *happened: str) -> Case:
    return Case(title, clock, "\n".join(happened), asked, says)


SIX = Clock.TALKING_THERAPIES_6_WEEKS
EIGHTEEN = Clock.TALKING_THERAPIES_18_WEEKS
PAUSED = Clock.TALKING_THERAPIES_WITHOUT_PAUSES
FOUR = Clock.COMMUNITY_4_WEEKS

TALKING_THERAPIES = [
    case("nobody referred yet", SIX, "2026-01-04", "not started",
         "2026-01-05 referral received"),
    case("on the day of referral", SIX, "2026-01-05 17:00", "day 0 of 42",
         "2026-01-05 referral received"),
    case("while waiting", SIX, "2026-02-14", "day 40 of 42",
         "2026-01-05 referral received"),
    case("on the last day in time", SIX, "2026-02-16 23:59", "day 42 of 42",
         "2026-01-05 referral received"),
    case("on the first day too late", SIX, "2026-02-17 00:00", "day 43, over 42 days",
         "2026-01-05 referral received"),
    case("treated on the day of referral", SIX, "2026-01-09", "stopped on day 0 of 42",
         "2026-01-05 referral received", "2026-01-05 15:00 attended treatment contact"),
    case("treated on day 42", SIX, "2026-03-01", "stopped on day 42 of 42",
         "2026-01-05 referral received", "2026-02-16 attended treatment contact"),
    case("treated on day 43", SIX, "2026-03-01", "stopped on day 43, over 42 days",
         "2026-01-05 referral received", "2026-02-17 attended treatment contact"),
    case("the first treatment counts, not the second", SIX, "2026-03-01",
         "stopped on day 21 of 42",
         "2026-01-05 referral received", "2026-02-20 attended treatment contact",
         "2026-01-26 attended treatment contact"),
    case("18 weeks, across the spring change", EIGHTEEN, "2026-06-01",
         "stopped on day 126 of 126",
         "2026-01-05 referral received", "2026-05-11 attended treatment contact"),
    case("18 weeks and a day", EIGHTEEN, "2026-06-01", "stopped on day 127, over 126 days",
         "2026-01-05 referral received", "2026-05-12 attended treatment contact"),
    case("over 6 weeks is not over 18", EIGHTEEN, "2026-03-01", "day 55 of 126",
         "2026-01-05 referral received"),
    case("referred before midnight, treated after midnight", SIX, "2026-03-01",
         "stopped on day 42 of 42",
         "2026-01-05 23:50 referral received", "2026-02-16 00:10 attended treatment contact"),
    case("referred after midnight in summer: the day is London's, not UTC's", SIX,
         "2026-09-01", "stopped on day 42 of 42",
         "2026-07-01 00:30 referral received", "2026-08-12 attended treatment contact"),
    case("across the autumn change", SIX, "2026-12-01", "stopped on day 42 of 42",
         "2026-10-01 referral received", "2026-11-12 attended treatment contact"),
    case("across a leap day", SIX, "2028-04-01", "stopped on day 42 of 42",
         "2028-02-01 referral received", "2028-03-14 attended treatment contact"),
    case("the same dates in a common year are one day fewer", SIX, "2027-04-01",
         "stopped on day 41 of 42",
         "2027-02-01 referral received", "2027-03-14 attended treatment contact"),
    case("referred on a leap day", SIX, "2028-04-30", "day 61, over 42 days",
         "2028-02-29 referral received"),
    case("a missed appointment resets nothing", SIX, "2026-02-20", "day 46, over 42 days",
         "2026-01-05 referral received", "2026-01-19 missed or cancelled contact"),
    case("a contact that is no treatment does not stop it", SIX, "2026-02-20",
         "day 46, over 42 days",
         "2026-01-05 referral received", "2026-01-19 attended contact by telephone"),
    case("treatment dated before the referral does not stop it", SIX, "2026-01-15",
         "day 10 of 42",
         "2026-01-05 referral received", "2025-12-30 attended treatment contact"),
    case("closed without treatment", SIX, "2026-03-01", "ended without its stop on day 27 of 42",
         "2026-01-05 referral received", "2026-02-01 referral ended"),
    case("closed without treatment after a long wait", SIX, "2026-03-10",
         "ended without its stop on day 55, over 42 days",
         "2026-01-05 referral received", "2026-03-01 referral ended"),
    case("treatment after closure does not count", SIX, "2026-03-01",
         "ended without its stop on day 15 of 42",
         "2026-01-05 referral received", "2026-01-20 referral ended",
         "2026-01-25 attended treatment contact"),
    case("reopened: it runs on from the first start", SIX, "2026-03-01",
         "stopped on day 36 of 42",
         "2026-01-05 referral received", "2026-01-20 referral ended",
         "2026-01-25 referral reopened", "2026-02-10 attended treatment contact"),
    case("reopened and closed again", SIX, "2026-03-01",
         "ended without its stop on day 26 of 42",
         "2026-01-05 referral received", "2026-01-20 referral ended",
         "2026-01-25 referral reopened", "2026-01-31 referral ended"),
    case("a new referral has a new clock", SIX, "2026-02-10", "day 8 of 42",
         "2026-01-05 referral received #1", "2026-01-20 referral ended #1",
         "2026-02-02 referral received #2"),
    case("treatment of the first referral does not stop the second", SIX, "2026-02-10",
         "day 8 of 42",
         "2026-01-05 referral received #1", "2026-02-02 referral received #2",
         "2026-02-05 attended treatment contact #1"),
    case("nullified", SIX, "2026-02-10", "nullified",
         "2026-01-05 referral received", "2026-01-06 referral nullified"),
    case("nullified, asked about a day before the referral", SIX, "2026-01-04", "not started",
         "2026-01-05 referral received", "2026-01-06 referral nullified"),
    case("treated and closed on the same day", SIX, "2026-03-01", "stopped on day 27 of 42",
         "2026-01-05 referral received", "2026-02-01 15:00 attended treatment contact",
         "2026-02-01 10:00 referral ended"),
    case("closed and reopened at one moment", SIX, "2026-02-01", "day 27 of 42",
         "2026-01-05 referral received", "2026-01-20 referral reopened",
         "2026-01-20 referral ended"),
    case("a nullified duplicate leaves the first referral's clock", SIX, "2026-01-15",
         "day 10 of 42",
         "2026-01-05 referral received #1", "2026-01-08 referral received #2",
         "2026-01-09 referral nullified #2"),
    case("a referral older than the standard is read by its first rule", SIX, "2014-03-01",
         "stopped on day 42 of 42",
         "2014-01-05 referral received", "2014-02-16 attended treatment contact"),
    case("treatment already booked has not happened yet", SIX, "2026-02-01", "day 27 of 42",
         "2026-01-05 referral received",
         "2026-02-10 attended treatment contact; recorded 2026-01-20"),
]  # fmt: skip

PAUSES = [
    case("nationally a pause is not taken off", SIX, "2026-03-01",
         "stopped on day 46, over 42 days",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-30 pause ended",
         "2026-02-20 attended treatment contact"),
    case("locally it is", PAUSED, "2026-03-01", "stopped on day 26 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-30 pause ended",
         "2026-02-20 attended treatment contact"),
    case("two pauses", PAUSED, "2026-03-01", "stopped on day 36 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-15 pause ended",
         "2026-01-20 pause began", "2026-01-25 pause ended",
         "2026-02-20 attended treatment contact"),
    case("pauses that overlap count once", PAUSED, "2026-03-01", "stopped on day 31 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-15 pause began",
         "2026-01-20 pause ended", "2026-01-25 pause ended",
         "2026-02-20 attended treatment contact"),
    case("one pause within another counts once", PAUSED, "2026-03-01",
         "stopped on day 26 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-14 pause began",
         "2026-01-16 pause ended", "2026-01-30 pause ended",
         "2026-02-20 attended treatment contact"),
    case("one pause ends as the next begins", PAUSED, "2026-03-01", "stopped on day 31 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-15 pause ended",
         "2026-01-15 pause began", "2026-01-25 pause ended",
         "2026-02-20 attended treatment contact"),
    case("a pause that goes on", PAUSED, "2026-03-01", "paused on day 5 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began"),
    case("a pause that goes on does not pause the national clock", SIX, "2026-03-01",
         "day 55, over 42 days",
         "2026-01-05 referral received", "2026-01-10 pause began"),
    case("a pause begun before the referral counts from the referral", PAUSED, "2026-01-20",
         "day 10 of 42",
         "2026-01-05 referral received", "2026-01-01 pause began", "2026-01-10 pause ended"),
    case("treated within a pause: it counts up to the treatment", PAUSED, "2026-03-01",
         "stopped on day 5 of 42",
         "2026-01-05 referral received", "2026-01-10 pause began",
         "2026-01-20 attended treatment contact", "2026-01-30 pause ended"),
    case("an end without a beginning pauses nothing", PAUSED, "2026-01-20", "day 15 of 42",
         "2026-01-05 referral received", "2026-01-10 pause ended"),
    case("an end without a beginning does not eat up the next pause", PAUSED, "2026-01-25",
         "paused on day 15 of 42",
         "2026-01-05 referral received", "2026-01-10 pause ended", "2026-01-20 pause began"),
    case("a pause begun and ended at one moment", PAUSED, "2026-01-25", "day 20 of 42",
         "2026-01-05 referral received", "2026-01-10 pause ended", "2026-01-10 pause began"),
    case("a pause across the spring change", PAUSED, "2026-04-20", "day 36 of 42",
         "2026-03-01 referral received", "2026-03-20 pause began", "2026-04-03 pause ended"),
    case("locally over the limit in spite of a pause", PAUSED, "2026-03-01",
         "day 50, over 42 days",
         "2026-01-05 referral received", "2026-01-10 pause began", "2026-01-15 pause ended"),
]  # fmt: skip

DONE = (
    "2026-01-12 attended contact by face to face",
    "2026-01-12 baseline outcome",
    "2026-01-12 meaningful assessment",
    "2026-01-12 agreed care plan",
)

COMMUNITY = [
    case("all four at one visit", FOUR, "2026-03-01", "stopped on day 7 of 28",
         "2026-01-05 referral received", *DONE),
    case("the latest of the four firsts stops it", FOUR, "2026-03-01", "stopped on day 21 of 28",
         "2026-01-05 referral received", "2026-01-12 attended contact by telephone",
         "2026-01-14 meaningful assessment", "2026-01-26 baseline outcome",
         "2026-01-20 agreed care plan"),
    case("the last of the four on day 28", FOUR, "2026-03-01", "stopped on day 28 of 28",
         "2026-01-05 referral received", *DONE[:3], "2026-02-02 agreed care plan"),
    case("the last of the four on day 29", FOUR, "2026-03-01",
         "stopped on day 29, over 28 days",
         "2026-01-05 referral received", *DONE[:3], "2026-02-03 agreed care plan"),
    case("an intervention will do for a plan", FOUR, "2026-03-01", "stopped on day 9 of 28",
         "2026-01-05 referral received", *DONE[:3], "2026-01-14 intervention",
         "2026-01-30 agreed care plan"),
    case("without an assessment it runs", FOUR, "2026-02-10", "day 36, over 28 days",
         "2026-01-05 referral received", DONE[0], DONE[1], DONE[3]),
    case("signposting is no intervention", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", *DONE[:3], "2026-01-14 signposting"),
    case("consultation is no assessment", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", DONE[0], DONE[1], DONE[3], "2026-01-14 consultation"),
    case("before April 2024 no assessment was needed", FOUR, "2024-03-20",
         "stopped on day 16 of 28",
         "2024-02-05 referral received", "2024-02-12 attended contact by video",
         "2024-02-12 baseline outcome", "2024-02-21 agreed care plan"),
    case("first contact on 31 March 2024: none needed, even later", FOUR, "2024-05-01",
         "stopped on day 37, over 28 days",
         "2024-03-04 referral received", "2024-03-31 attended contact by video",
         "2024-04-02 baseline outcome", "2024-04-10 agreed care plan"),
    case("first contact on 1 April 2024: needed, though referred in March", FOUR, "2024-05-01",
         "day 58, over 28 days",
         "2024-03-04 referral received", "2024-04-01 attended contact by video",
         "2024-04-02 baseline outcome", "2024-04-10 agreed care plan"),
    case("and with the assessment it stops", FOUR, "2024-05-01",
         "stopped on day 38, over 28 days",
         "2024-03-04 referral received", "2024-04-01 attended contact by video",
         "2024-04-02 baseline outcome", "2024-04-10 agreed care plan",
         "2024-04-11 meaningful assessment"),
    case("an email is no contact", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", "2026-01-12 attended contact by email", *DONE[1:]),
    case("a text message is no contact", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", "2026-01-12 attended contact by text or chat",
         *DONE[1:]),
    case("talk type for somebody unable to speak is", FOUR, "2026-01-20",
         "stopped on day 7 of 28",
         "2026-01-05 referral received", "2026-01-12 attended contact by talk type", *DONE[1:]),
    case("a contact whose medium nobody recorded is not", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", "2026-01-12 attended contact", *DONE[1:]),
    case("a missed visit is no contact", FOUR, "2026-01-20", "day 15 of 28",
         "2026-01-05 referral received", "2026-01-12 missed or cancelled contact", *DONE[1:]),
    case("two referrals that overlap are one spell, from the first", FOUR, "2026-02-01",
         "day 27 of 28",
         "2026-01-05 referral received #1", "2026-01-15 referral received #2",
         "2026-01-20 referral ended #1"),
    case("a gap of 5 days joins", FOUR, "2026-02-01", "day 27 of 28",
         "2026-01-05 referral received #1", "2026-01-20 referral ended #1",
         "2026-01-25 referral received #2"),
    case("a gap of 6 days does not", FOUR, "2026-02-01", "day 6 of 28",
         "2026-01-05 referral received #1", "2026-01-20 referral ended #1",
         "2026-01-26 referral received #2"),
    case("three in a row, each within 5 days", FOUR, "2026-02-20", "day 46, over 28 days",
         "2026-01-05 referral received #1", "2026-01-10 referral ended #1",
         "2026-01-14 referral received #2", "2026-01-31 referral ended #2",
         "2026-02-05 referral received #3"),
    case("what was done under the first referral of a spell counts", FOUR, "2026-02-20",
         "stopped on day 26 of 28",
         "2026-01-05 referral received #1", "2026-01-12 attended contact by video #1",
         "2026-01-12 baseline outcome #1", "2026-01-20 referral ended #1",
         "2026-01-24 referral received #2", "2026-01-30 meaningful assessment #2",
         "2026-01-31 agreed care plan #2"),
    case("what was done in an earlier spell does not", FOUR, "2026-03-20",
         "day 19 of 28",
         "2026-01-05 referral received #1", "2026-01-12 attended contact by video #1",
         "2026-01-12 baseline outcome #1", "2026-01-20 referral ended #1",
         "2026-03-01 referral received #2", "2026-03-02 meaningful assessment #2",
         "2026-03-02 agreed care plan #2"),
    case("a team out of scope starts no clock", FOUR, "2026-02-01", "not started",
         "2026-01-05 referral received [A02]"),
    case("nor does its contact stop one", FOUR, "2026-02-01", "day 27 of 28",
         "2026-01-05 referral received #1 [A06]", "2026-01-06 referral received #2 [A02]",
         "2026-01-07 attended contact by telephone #2", *DONE[1:]),
    case("a spell across a leap day", FOUR, "2028-03-10", "day 28 of 28",
         "2028-02-11 referral received"),
]  # fmt: skip

SANDWELL = [
    case("assessed on day 3", Clock.SANDWELL_ASSESSMENT, "2026-03-10", "stopped on day 3 of 3",
         "2026-03-02 referral received", "2026-03-05 meaningful assessment"),
    case("assessed on day 4", Clock.SANDWELL_ASSESSMENT, "2026-03-10",
         "stopped on day 4, over 3 days",
         "2026-03-02 referral received", "2026-03-06 meaningful assessment"),
    case("the weekend counts", Clock.SANDWELL_ASSESSMENT, "2026-03-10",
         "stopped on day 3 of 3",
         "2026-03-06 referral received", "2026-03-09 meaningful assessment"),
    case("acute: assessed the same evening", Clock.SANDWELL_ACUTE, "2026-03-10",
         "stopped on day 0",
         "2026-03-02 referral received", "2026-03-02 19:00 meaningful assessment"),
    case("acute: assessed the next day", Clock.SANDWELL_ACUTE, "2026-03-10",
         "stopped on day 1, over the same day",
         "2026-03-02 referral received", "2026-03-03 meaningful assessment"),
]  # fmt: skip

URGENT = [
    case("emergency seen in exactly 4 hours", Clock.EMERGENCY, "2026-03-03",
         "stopped after 4 h 00 min of 4 hours",
         "2026-03-02 10:00 referral received",
         "2026-03-02 14:00 attended contact by face to face"),
    case("emergency seen a minute later", Clock.EMERGENCY, "2026-03-03",
         "stopped after 4 h 01 min, over 4 hours",
         "2026-03-02 10:00 referral received",
         "2026-03-02 14:01 attended contact by face to face"),
    case("emergency seen as it was referred", Clock.EMERGENCY, "2026-03-03",
         "stopped after 0 h 00 min of 4 hours",
         "2026-03-02 10:00 referral received",
         "2026-03-02 10:00 attended contact by face to face"),
    case("emergency not seen yet", Clock.EMERGENCY, "2026-03-02 13:30", "3 h 30 min of 4 hours",
         "2026-03-02 10:00 referral received"),
    case("very urgent over the hour that is lost in spring", Clock.CRISIS_VERY_URGENT,
         "2026-03-30", "stopped after 4 h 00 min of 4 hours",
         "2026-03-28 23:00 referral received", "2026-03-29 04:00 attended contact by video"),
    case("very urgent over the hour that comes twice in autumn", Clock.CRISIS_VERY_URGENT,
         "2026-10-26", "stopped after 5 h 00 min, over 4 hours",
         "2026-10-24 23:00 referral received", "2026-10-25 03:00 attended contact by video"),
    case("urgent in 24 hours over the spring change", Clock.CRISIS_URGENT, "2026-03-31",
         "stopped after 24 h 00 min of 24 hours",
         "2026-03-28 12:00 referral received", "2026-03-29 13:00 attended contact by telephone"),
    case("urgent over 24 hours, though the wall shows the same time", Clock.CRISIS_URGENT,
         "2026-10-26", "stopped after 25 h 00 min, over 24 hours",
         "2026-10-24 12:00 referral received", "2026-10-25 12:00 attended contact by telephone"),
    case("crisis: a contact before the referral does not stop it", Clock.CRISIS_URGENT,
         "2026-03-02 12:00", "2 h 00 min of 24 hours",
         "2026-03-02 10:00 referral received", "2026-03-02 09:30 attended contact by telephone"),
    case("urgent locally: 7 days", Clock.URGENT, "2026-03-20", "stopped on day 7 of 7",
         "2026-03-02 referral received", "2026-03-09 attended contact by telephone"),
    case("routine locally: 28 days", Clock.ROUTINE, "2026-04-01", "day 30, over 28 days",
         "2026-03-02 referral received", "2026-03-20 missed or cancelled contact"),
]  # fmt: skip

REVIEWS = [
    case("reviewed in week 5", Clock.NON_RESPONSE_REVIEW, "2026-06-01",
         "stopped on day 32 of 42",
         "2026-03-02 course of treatment began", "2026-04-03 review of treatment"),
    case("reviewed in week 3 is too early to judge", Clock.NON_RESPONSE_REVIEW, "2026-04-10",
         "day 39 of 42",
         "2026-03-02 course of treatment began", "2026-03-23 review of treatment"),
    case("not reviewed by week 6", Clock.NON_RESPONSE_REVIEW, "2026-04-14",
         "day 43, over 42 days",
         "2026-03-02 course of treatment began"),
    case("a response needs no review", Clock.NON_RESPONSE_REVIEW, "2026-06-01",
         "ended without its stop on day 28 of 42",
         "2026-03-02 course of treatment began", "2026-03-30 response to treatment"),
    case("care manager followed up on day 28", Clock.CARE_MANAGER_FOLLOW_UP, "2026-06-01",
         "stopped on day 28 of 28",
         "2026-03-02 collaborative care began", "2026-03-30 care manager's follow-up"),
    case("care manager followed up on day 29", Clock.CARE_MANAGER_FOLLOW_UP, "2026-06-01",
         "stopped on day 29, over 28 days",
         "2026-03-02 collaborative care began", "2026-03-31 care manager's follow-up"),
    case("psychiatrist's review in week 7 is too early", Clock.PSYCHIATRIC_REVIEW,
         "2026-05-10", "day 69 of 84",
         "2026-03-02 collaborative care began", "2026-04-26 psychiatrist's review"),
    case("psychiatrist's review on day 56", Clock.PSYCHIATRIC_REVIEW, "2026-06-01",
         "stopped on day 56 of 84",
         "2026-03-02 collaborative care began", "2026-04-27 psychiatrist's review"),
    case("psychiatrist's review after week 12", Clock.PSYCHIATRIC_REVIEW, "2026-06-01",
         "stopped on day 85, over 84 days",
         "2026-03-02 collaborative care began", "2026-05-26 psychiatrist's review"),
]  # fmt: skip

HIDDEN = [
    case("no treatment yet, so no hidden wait", Clock.SECOND_TREATMENT, "2026-02-01",
         "not started",
         "2026-01-05 referral received", "2026-01-12 attended contact by telephone"),
    case("from the first treatment on", Clock.SECOND_TREATMENT, "2026-03-01", "day 38 of 90",
         "2026-01-05 referral received", "2026-01-22 attended treatment contact"),
    case("the second treatment stops it, not the third", Clock.SECOND_TREATMENT, "2026-05-01",
         "stopped on day 70 of 90",
         "2026-01-05 referral received", "2026-01-22 attended treatment contact",
         "2026-04-20 attended treatment contact", "2026-04-02 attended treatment contact"),
    case("missed appointments between do not stop it", Clock.SECOND_TREATMENT, "2026-05-01",
         "day 99, over 90 days",
         "2026-01-05 referral received", "2026-01-22 attended treatment contact",
         "2026-02-05 missed or cancelled contact"),
    case("a first treatment found later moves its start", Clock.SECOND_TREATMENT, "2026-03-01",
         "stopped on day 10 of 90",
         "2026-01-05 referral received", "2026-01-22 attended treatment contact",
         "2026-01-12 attended treatment contact; recorded 2026-02-20"),
    case("closed after one treatment", Clock.SECOND_TREATMENT, "2026-03-01",
         "ended without its stop on day 8 of 90",
         "2026-01-05 referral received", "2026-01-22 attended treatment contact",
         "2026-01-30 referral ended"),
]  # fmt: skip

TAKEN_BACK = [
    case("nullified by mistake, and taken back", SIX, "2026-02-10", "day 36 of 42",
         "2026-01-05 referral received", "2026-01-06 referral nullified =wrong",
         "2026-01-20 record taken back of wrong"),
    case("nullified, taken back, and nullified again", SIX, "2026-02-10", "nullified",
         "2026-01-05 referral received", "2026-01-06 referral nullified =first",
         "2026-01-20 record taken back of first", "2026-01-25 referral nullified =second"),
]  # fmt: skip

CASES = TALKING_THERAPIES + PAUSES + COMMUNITY + SANDWELL + URGENT + REVIEWS + HIDDEN + TAKEN_BACK


@pytest.mark.parametrize("told", CASES, ids=[f"{c.clock.value}: {c.title}" for c in CASES])
def test_where_a_clock_stands(told: Case) -> None:
    reading = read(told.clock, story(told.happened), at=moment(told.asked))
    assert reading.words == told.says


def test_no_case_is_told_twice() -> None:
    told = {(c.clock, c.happened, c.asked) for c in CASES}
    assert len(told) == len(CASES) >= 60


def test_a_clinician_sees_what_the_community_clock_still_waits_for() -> None:
    happened = story(
        """
        2026-01-05 referral received
        2026-01-12 attended contact by telephone
        2026-01-12 baseline outcome
        """
    )
    reading = read(FOUR, happened, at=moment("2026-01-20"))
    assert reading.awaits == (
        "meaningful assessment",
        "attended treatment contact or agreed care plan or intervention",
    )


def test_in_march_2024_a_spell_without_contact_waited_for_no_assessment_and_in_april_it_did() -> (
    None
):
    happened = story("2024-03-04 referral received")
    assert "meaningful assessment" not in read(FOUR, happened, at=moment("2024-03-20")).awaits
    assert "meaningful assessment" in read(FOUR, happened, at=moment("2024-04-20")).awaits


def test_pauses_are_shown_apart_from_the_national_clock() -> None:
    happened = story(
        """
        2026-01-05 referral received
        2026-01-10 pause began
        2026-01-30 pause ended
        """
    )
    national = read(SIX, happened, at=moment("2026-02-10"))
    local = read(PAUSED, happened, at=moment("2026-02-10"))
    assert (national.day, national.paused_days, national.days_left) == (36, 20, 6)
    assert (local.day, local.paused_days, local.days_left) == (16, 20, 26)


def test_a_running_clock_says_when_it_is_due_and_by_how_much_it_is_late() -> None:
    happened = story("2026-01-05 referral received")
    reading = read(SIX, happened, at=moment("2026-02-19"))
    assert reading.due is not None
    assert reading.due.isoformat() == "2026-02-16T23:59:59.999999+00:00"
    assert (reading.state, reading.breached, reading.days_left) == (State.RUNNING, True, -3)


def test_the_review_window_says_when_it_opens() -> None:
    happened = story("2026-03-02 course of treatment began")
    reading = read(Clock.NON_RESPONSE_REVIEW, happened, at=moment("2026-03-03"))
    assert reading.opens_on == date(2026, 3, 30)


@pytest.mark.parametrize("clock", Clock)
def test_every_clock_has_a_rule_with_a_source_and_dates_that_follow_one_another(
    clock: Clock,
) -> None:
    rules = [rule for rule in RULES if rule.clock is clock]
    assert rules
    assert all(rule.source and rule.stops and rule.limit.amount >= 0 for rule in rules)
    for earlier, later in pairwise(rules):
        assert earlier.effective_to == later.effective_from
    assert rules[-1].effective_to is None


def test_the_rule_is_the_one_that_held_on_the_day() -> None:
    assert len(in_force(FOUR, date(2024, 3, 31)).stops) == 3
    assert len(in_force(FOUR, date(2024, 4, 1)).stops) == 4


def test_another_rule_joins_referrals_by_its_own_gap_and_only_while_it_holds() -> None:
    happened = story(
        """
        2026-01-05 referral received #1
        2026-01-12 referral ended #1
        2026-02-02 referral received #2
        """
    )
    shipped = in_force(FOUR, date(2026, 2, 1))
    wider = [replace(shipped, spell_gap=21)]
    later = [
        replace(shipped, effective_to=date(2026, 6, 1)),
        replace(shipped, spell_gap=21, effective_from=date(2026, 6, 1)),
    ]
    at = moment("2026-02-10")
    assert reckoned(FOUR, happened, at).day == 8
    assert reckoned(FOUR, happened, at, wider).day == 36
    assert reckoned(FOUR, happened, at, later).day == 8
    assert reckoned(FOUR, happened, moment("2026-06-02"), later).started == happened[0].at


@pytest.mark.parametrize(
    ("clock", "limit"),
    [
        (SIX, Within(42, Unit.DAYS)),
        (EIGHTEEN, Within(126, Unit.DAYS)),
        (FOUR, Within(28, Unit.DAYS)),
        (Clock.SANDWELL_ASSESSMENT, Within(3, Unit.DAYS)),
        (Clock.SANDWELL_ACUTE, Within(0, Unit.DAYS)),
        (Clock.EMERGENCY, Within(4, Unit.HOURS)),
        (Clock.CRISIS_VERY_URGENT, Within(4, Unit.HOURS)),
        (Clock.CRISIS_URGENT, Within(24, Unit.HOURS)),
        (Clock.URGENT, Within(7, Unit.DAYS)),
        (Clock.ROUTINE, Within(28, Unit.DAYS)),
    ],
)
def test_the_limits(clock: Clock, limit: Within) -> None:
    assert in_force(clock, date(2026, 3, 2)).limit == limit


def test_signposting_and_consultation_stop_no_clock() -> None:
    stopping = {kind for rule in RULES for group in rule.stops for kind in group}
    assert stopping.isdisjoint({Kind.SIGNPOSTING, Kind.CONSULTATION, Kind.MISSED})
