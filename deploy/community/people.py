"""Synthetic persons who need help: nobody's name, number, telephone or address is anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.community import figures, names
from deploy.community.decks import Deck
from domain.person import Details
from domain.vocabulary import PartnerId, PersonId

NEEDS = (
    "Wears hearing aids: face the person and speak clearly",
    "British Sign Language interpreter",
    "Large print, at least 18 point",
    "Easy Read letters; allow a longer appointment",
    "Text messages only, does not answer calls",
    "Step-free access, uses a wheelchair",
    "Bring somebody along; prefers a quiet room",
    "Braille letters",
)
NEEDS_IN_100 = 2.5


@dataclass(frozen=True, slots=True)
class Synthetic:
    """One person, and how to communicate with them where that needs saying."""

    id: PersonId
    details: Details
    needs: str | None
    age: int


class People:
    """Makes persons one after another, in the published mix."""

    def __init__(self, rng: Random, practice: PartnerId) -> None:
        self._rng = rng
        self._practice = practice
        self.made = 0
        self._numbers = 0
        self._first = rng.randrange(1_000_000)
        self._ages = Deck(figures.AGES, rng, size=500)
        self._genders = Deck(figures.GENDERS, rng, size=500)
        self._ethnicities = Deck(figures.ETHNICITIES, rng, size=500)
        self._deciles = Deck(figures.DECILES, rng)
        self._needs = Deck({True: NEEDS_IN_100, False: 100 - NEEDS_IN_100}, rng)

    def person(self, on: date) -> Synthetic:
        """Somebody who first asks for help on that day."""
        rng = self._rng
        self.made += 1
        youngest, oldest = figures.AGE_YEARS[self._ages.deal()]
        ethnicity, sex = self._ethnicities.deal(), self._genders.deal()
        age = rng.randint(youngest, oldest)
        born = date(on.year - age - 1, on.month, min(on.day, 28)) + timedelta(
            days=rng.randint(1, 364)
        )
        culture = names.CULTURES[ethnicity]
        given = rng.choice(culture.women if _as_woman(sex, rng) else culture.men)
        return Synthetic(
            id=PersonId(UUID(int=rng.getrandbits(128), version=4)),
            details=Details(
                name=f"{given} {rng.choice(culture.families)}",
                phone=self.phone(),
                practice=self._practice,
                date_of_birth=born,
                nhs_number=self._nhs_number(),
                sex=sex,
                address=self.address(),
                postcode=self.postcode(),
                language=rng.choice(culture.languages) if rng.random() < 0.3 else "English",
                ethnicity=ethnicity,
                deprivation_decile=self._deciles.deal(),
            ),
            needs=rng.choice(NEEDS) if self._needs.deal() else None,
            age=age,
        )

    def address(self) -> str:
        return f"{self._rng.randint(1, 180)} {self._rng.choice(names.STREETS)}, Cape Hill"

    def postcode(self) -> str:
        """Of an area that is not there."""
        rng = self._rng
        return f"ZZ{rng.randint(1, 9)} {rng.randint(1, 9)}{_letters(rng)}"

    def phone(self) -> str:
        """Ofcom's numbers for drama: they ring nowhere."""
        last = self._rng.randrange(1000)
        if self._rng.random() < 0.8:
            return f"07700 900{last:03}"
        return f"0121 496 0{last:03}"

    def _nhs_number(self) -> str:
        """The next number of the 999 range, which is never issued; no two persons share one."""
        while True:
            digits = f"999{(self._first + self._numbers * 7_919) % 1_000_000:06}"
            self._numbers += 1
            check = -sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11
            if check != 10:
                return f"{digits}{check}"


def _as_woman(sex: str, rng: Random) -> bool:
    return sex == "female" or (sex != "male" and rng.random() < 0.5)


def _letters(rng: Random) -> str:
    return "".join(rng.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
