"""Who finishes a course and what comes of it, by group, as published: outcomes are not equal.

Source: NHS Talking Therapies, England 2024-25, NHS England official statistics (Open Government
Licence v3). Groups of different characteristics are taken not to depend on each other: the source
has no table of two at once. It refuses to know how scores are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from deploy.community import figures
from deploy.community.people import Synthetic


class Group(NamedTuple):
    """Referrals received, courses finished, and among these: at caseness, recovered, reliably
    recovered, reliably improved, reliably deteriorated.
    """

    received: int
    finished: int
    at_caseness: int
    recovered: int
    reliably_recovered: int
    improved: int
    deteriorated: int

    @property
    def outcomes(self) -> dict[str, float]:
        """Shares of finished courses, under the names of `deploy.community.scores.OUTCOMES`.

        Of those not at caseness a tenth is taken to improve, and to deteriorate.
        """
        well = 1 - self.at_caseness / self.finished
        recovered = self.recovered / self.finished
        reliably = self.reliably_recovered / self.finished
        improved = self.improved / self.finished - reliably - WELL * well
        worse = self.deteriorated / self.finished - WELL * well
        return {
            "recovered reliably": reliably,
            "recovered": recovered - reliably,
            "improved": improved,
            "unchanged": 1 - well - recovered - improved - worse,
            "deteriorated": worse,
            "well throughout": well * (1 - 2 * WELL),
            "well and improved": well * WELL,
            "well but deteriorated": well * WELL,
        }


WELL = 0.11

GROUPS: Mapping[str, Mapping[object, Group]] = {
    "age": {
        "Under 18": Group(27_226, 5_549, 5_359, 2_269, 2_050, 3_346, 384),
        "18 to 25": Group(354_440, 112_751, 108_879, 47_891, 44_961, 73_583, 6_946),
        "26 to 64": Group(1_307_318, 504_003, 476_538, 243_578, 229_212, 341_444, 29_374),
        "65 to 74": Group(76_819, 32_104, 29_322, 18_149, 17_056, 22_834, 1_604),
        "75 to 89": Group(45_705, 15_559, 13_768, 8_950, 8_330, 10_801, 819),
        "90 and over": Group(1_924, 453, 382, 224, 206, 276, 30),
    },
    "gender": {
        "other": Group(6_216, 1_961, 1_885, 764, 716, 1_226, 124),
        "female": Group(1_188_870, 458_007, 434_319, 218_545, 206_047, 310_310, 26_559),
        "male": Group(597_796, 205_418, 193_237, 99_711, 93_134, 137_541, 12_118),
        "unknown": Group(20_550, 5_033, 4_807, 2_041, 1_918, 3_207, 356),
    },
    "ethnicity": {
        "Asian or Asian British": Group(137_175, 47_747, 45_164, 20_404, 19_147, 30_420, 3_607),
        "Black or Black British": Group(82_314, 27_994, 26_258, 13_264, 12_506, 18_897, 1_874),
        "Mixed": Group(63_371, 21_215, 20_192, 9_364, 8_797, 13_834, 1_380),
        "Other Ethnic Groups": Group(51_166, 16_424, 15_550, 6_688, 6_236, 10_198, 1_296),
        "White": Group(1_318_392, 522_174, 494_570, 256_208, 240_966, 356_930, 28_703),
        "Not stated/Not known/Invalid": Group(
            161_014, 34_865, 32_514, 15_133, 14_163, 22_005, 2_297
        ),
    },
    "deprivation": {
        10: Group(119_299, 54_475, 50_209, 28_257, 26_342, 37_570, 2_665),
        9: Group(135_239, 57_789, 53_859, 29_942, 28_056, 40_102, 2_852),
        8: Group(145_330, 60_885, 57_183, 31_289, 29_360, 42_308, 3_114),
        7: Group(153_300, 61_964, 58_362, 31_148, 29_246, 42_597, 3_362),
        6: Group(169_580, 66_908, 63_202, 33_128, 31_120, 45_875, 3_708),
        5: Group(179_500, 68_270, 64_552, 33_002, 31_041, 46_383, 3_894),
        4: Group(199_753, 73_182, 69_578, 34_625, 32_578, 49_109, 4_537),
        3: Group(215_050, 74_758, 71_144, 34_332, 32_399, 49_996, 4_746),
        2: Group(225_809, 74_981, 71_969, 33_386, 31_490, 49_413, 4_897),
        1: Group(246_365, 71_614, 69_483, 29_753, 28_197, 45_837, 5_067),
    },
}
EVERYBODY = Group(figures.REFERRALS, figures.FINISHED, 634_248, 321_061, 301_815, 452_284, 39_157)
_GROUP_OF = {code: group for group, codes in figures.ETHNIC_GROUPS.items() for code in codes}


def groups_of(
    age: int, sex: str | None, ethnicity: str | None, decile: int | None
) -> dict[str, object]:
    """The group of somebody, by characteristic; of those that are known."""
    known = {
        "age": next(name for name, (_, oldest) in figures.AGE_YEARS.items() if age <= oldest),
        "gender": sex,
        "ethnicity": _GROUP_OF[ethnicity or "Z"],
        "deprivation": decile,
    }
    return {each: group for each, group in known.items() if group in GROUPS[each]}


def _groups_of(who: Synthetic) -> dict[str, object]:
    theirs = who.details
    return groups_of(who.age, theirs.sex, theirs.ethnicity, theirs.deprivation_decile)


def likelier_to_finish(who: Synthetic) -> float:
    """How much likelier than everybody's are their odds to finish a course."""
    times = 1.0
    for characteristic, group in _groups_of(who).items():
        theirs = GROUPS[characteristic][group]
        times *= _odds(theirs) / _odds(EVERYBODY)
    return times


def _odds(group: Group) -> float:
    return group.finished / (group.received - group.finished)


def likelier(who: Synthetic) -> dict[str, float]:
    """How much likelier than for everybody each outcome of a finished course is."""
    times = dict.fromkeys(EVERYBODY.outcomes, 1.0)
    everybodys = EVERYBODY.outcomes
    for characteristic, group in _groups_of(who).items():
        theirs = GROUPS[characteristic][group].outcomes
        for outcome, share in theirs.items():
            times[outcome] *= max(0.0, share) / everybodys[outcome]
    return times
