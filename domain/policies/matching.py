"""Whether two sets of details are of one person: surely, perhaps, or not.

Only what is sure may be taken for the same without anybody looking; what may be is put on a list
that somebody reviews. It refuses to know records: it compares what was said of two people.

The rules are Throughcare's own default, after how the Personal Demographics Service is traced:
an NHS number is believed only with a second detail that agrees.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations

from nhs_number.validate import is_valid
from rapidfuzz.distance import OSA, JaroWinkler

ALIKE = 0.88
"""Jaro-Winkler similarity from which two names may be spellings of one (the usual is 0.85-0.92)."""


class Verdict(StrEnum):
    SAME = "the same"
    PERHAPS = "perhaps the same"
    ANOTHER = "somebody else"


class Agreement(StrEnum):
    """How one detail of the two compares."""

    EQUAL = "the same"
    NEAR = "nearly the same"
    OTHER = "another"
    UNKNOWN = "not known of both"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody, as it was written."""

    name: str
    date_of_birth: date | None = None
    nhs_number: str | None = None
    postcode: str | None = None
    address: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """A verdict, and what it rests on, detail by detail."""

    verdict: Verdict
    nhs_number: Agreement
    date_of_birth: Agreement
    forename: Agreement
    surname: Agreement
    home: Agreement
    phone: Agreement


# Each short form stands for one full name; both sides are compared as the full one.
SHORT_FORMS = {
    short: full
    for full, shorts in {
        "abdul": "abd",
        "alexander": "alex al sandy",
        "alexandra": "sandra lexi",
        "andrew": "andy drew",
        "anthony": "tony ant",
        "barbara": "barb babs",
        "benjamin": "ben benny",
        "catherine": "cath cathy kate katie kathy katherine kathryn",
        "charles": "charlie chas",
        "christine": "chris chrissie",
        "christopher": "kit topher",
        "daniel": "dan danny",
        "david": "dave davey",
        "deborah": "deb debbie debra",
        "edward": "ed eddie ted teddy",
        "elizabeth": "liz lizzie beth betty eliza elisabeth",
        "frances": "fran",
        "frederick": "fred freddie",
        "geoffrey": "geoff jeffrey",
        "gillian": "gill jill",
        "gregory": "greg",
        "henry": "harry",
        "jacqueline": "jackie jacqui",
        "james": "jim jimmy jamie",
        "jennifer": "jen jenny",
        "john": "jack johnny jon",
        "jonathan": "jonny",
        "joseph": "joe joey",
        "kenneth": "ken kenny",
        "kimberley": "kim",
        "lawrence": "larry laurence",
        "leonard": "len lenny leo",
        "margaret": "maggie meg peggy",
        "matthew": "matt",
        "michael": "mick mike mickey",
        "mohammed": "mohammad muhammad muhammed mohamed mohd",
        "nicholas": "nick nicky",
        "pamela": "pam",
        "patricia": "pat patsy tricia trish",
        "patrick": "paddy",
        "peter": "pete",
        "philip": "phil phillip",
        "rebecca": "becky bex",
        "richard": "rick dick richie",
        "robert": "bob bobby rob robbie bert",
        "ronald": "ron ronnie",
        "rosa": "rosie",
        "samantha": "sam",
        "samuel": "sammy",
        "stephen": "steve steven",
        "susan": "sue susie suzanne",
        "theresa": "terri tess",
        "thomas": "tom tommy",
        "timothy": "tim",
        "victoria": "vicky tori",
        "william": "bill billy will liam",
    }.items()
    for short in shorts.split()
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of somebody as it is compared: written once, however many they are held to."""

    given: tuple[str, ...]
    last: tuple[str, ...]
    surname: str
    barrels: frozenset[str]
    born: date | None
    number: str
    postcode: str
    address: str
    house: str | None
    phone: str


def compared(of: Known) -> Compared:
    """What is known of somebody, without what spelling it may add or leave out."""
    given, last = _parts(of.name)
    number = _digits(of.nhs_number)
    return Compared(
        given,
        last,
        "".join(last),
        frozenset(last) - PARTICLES,
        of.date_of_birth,
        number if number and is_valid(number) else "",
        plain(of.postcode),
        plain(of.address),
        _house(of.address) if of.address else None,
        _digits(of.phone),
    )


def compare(one: Known, other: Known) -> Likeness:
    """Whether two are one person. It does not matter which comes first."""
    return likeness(compared(one), compared(other))


def likeness(one: Compared, other: Compared) -> Likeness:
    """Whether two are one person, by what is compared of them."""
    forename, surname = _names(one, other)
    found = Likeness(
        Verdict.ANOTHER,
        nhs_number=_equal(one.number, other.number),
        date_of_birth=_birth(one.born, other.born),
        forename=forename,
        surname=surname,
        home=_home(one, other),
        phone=_equal(one.phone, other.phone),
    )
    verdict = _verdict(found)
    return found if verdict is Verdict.ANOTHER else replace(found, verdict=verdict)


def keys(of: Known) -> frozenset[str]:
    """By which of these two may be found to be alike: none that `compare` finds shares none.

    That holds but for two misspellings at once of one whose date of birth was mistyped as well, or
    of one whose every name begins with another letter. Each is shared by few, so that among a
    million people those who may be alike are looked up and not searched for.
    """
    given, last = _parts(of.name)
    names = {each for each in (*given, *last, "".join(last)) if each}
    names -= PARTICLES if names - PARTICLES else set()
    initials = {each[0] for each in names}
    found = set()
    number, phone, postcode = _digits(of.nhs_number), _digits(of.phone), plain(of.postcode)
    if number and is_valid(number):
        found.add(number)  # as everybody's number was kept before there were other keys
    if phone:
        found |= {f"phone {phone} {each}" for each in initials}
    if postcode:
        found |= {f"home {postcode} {each}" for each in initials}
    if of.address:
        found |= {f"home {plain(of.address)} {each}" for each in initials}
    if born := of.date_of_birth:
        found |= {f"born {born.isoformat()} {each}" for each in initials}
        sounds = sorted({_sound(each) for each in names})
        for pair in combinations(sounds, 2) if len(sounds) > 1 else [(*sounds, "")]:
            said = " ".join(pair)
            found |= {f"year {born:%Y} {said}", f"day {born:%m%d} {said}"}
    return frozenset(found)


CODES = {
    letter: code
    for code, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), start=1)
    for letter in letters
}


def _sound(name: str) -> str:
    """How a name sounds, by the American Soundex (Russell, 1918): a letter and three figures."""
    sounds, last = name[:1], CODES.get(name[:1])
    for letter in name[1:]:
        code = CODES.get(letter)
        if code and code != last:
            sounds += str(code)
        if letter not in "hw":
            last = code
    return sounds[:4].ljust(4, "0")


def _verdict(of: Likeness) -> Verdict:
    alike = {Agreement.EQUAL, Agreement.NEAR}
    named = of.forename in alike and of.surname in alike
    half_named = of.forename in alike or of.surname in alike
    found = Agreement.EQUAL in (of.home, of.phone)
    match of.nhs_number:
        case Agreement.EQUAL:
            # A number belongs to one person, but it may be mistyped, or a twin's or a parent's.
            born = of.date_of_birth
            sure = (born is Agreement.EQUAL and of.forename in alike) or (
                named and born is not Agreement.OTHER
            )
            return Verdict.SAME if sure else Verdict.PERHAPS
        case Agreement.OTHER:
            # Two valid numbers are two people, unless all else says that one was read wrongly.
            twice = named and of.date_of_birth is Agreement.EQUAL and found
            return Verdict.PERHAPS if twice else Verdict.ANOTHER
    if of.date_of_birth is Agreement.OTHER:
        return Verdict.ANOTHER
    if of.date_of_birth is Agreement.UNKNOWN:
        return Verdict.PERHAPS if named and found else Verdict.ANOTHER
    if of.date_of_birth is Agreement.NEAR:
        return Verdict.PERHAPS if named else Verdict.ANOTHER
    if named:
        exact = of.forename is Agreement.EQUAL and of.surname is Agreement.EQUAL
        return Verdict.SAME if exact and found else Verdict.PERHAPS
    return Verdict.PERHAPS if half_named and found else Verdict.ANOTHER


def _names(one: Compared, other: Compared) -> tuple[Agreement, Agreement]:
    """Forename and surname; also where they were written the other way round."""
    if one.given == other.last and one.last == other.given:
        return Agreement.NEAR, Agreement.NEAR
    return _name(one.given, other.given), _surname(one, other)


def _parts(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given names and the surname with its particles and double barrel, in plain letters."""
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first} {last}"
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o"))  # ø has no parts
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"['\u2019.]", "", letters)
    titles = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir"}
    tokens = [t for t in re.split(r"\s+", words.strip()) if t and t not in titles]
    if not tokens:
        return (), ()
    cut = len(tokens) - 1
    while cut > 1 and tokens[cut - 1] in PARTICLES:
        cut -= 1
    given = tuple(SHORT_FORMS.get(t, t) for token in tokens[:cut] for t in token.split("-"))
    return given, tuple(t for token in tokens[cut:] for t in token.split("-"))


PARTICLES = {
    "al",
    "bin",
    "bint",
    "da",
    "de",
    "del",
    "den",
    "der",
    "di",
    "dos",
    "el",
    "la",
    "le",
} | {
    "mac",
    "mc",
    "o",
    "st",
    "ten",
    "van",
    "von",
}


def _name(one: tuple[str, ...], other: tuple[str, ...]) -> Agreement:
    """Given names: the first of either, an initial, or one known by a middle name."""
    if not one or not other:
        return Agreement.UNKNOWN
    if one[0] == other[0]:
        # Brothers may share the first name and be called by the second.
        same = all(a == b for a, b in zip(one, other, strict=False))
        return Agreement.EQUAL if same else Agreement.NEAR
    if one[0] in other or other[0] in one:
        return Agreement.NEAR
    if 1 in (len(one[0]), len(other[0])):
        return Agreement.NEAR if one[0][0] == other[0][0] else Agreement.OTHER
    return Agreement.NEAR if _spelling(one[0], other[0]) else Agreement.OTHER


def _surname(one: Compared, other: Compared) -> Agreement:
    """Surnames: one may be a part of the other's double barrel."""
    if not one.last or not other.last:
        return Agreement.UNKNOWN
    if one.surname == other.surname:
        return Agreement.EQUAL
    near = one.barrels & other.barrels or _spelling(one.surname, other.surname)
    return Agreement.NEAR if near else Agreement.OTHER


def _spelling(one: str, other: str) -> bool:
    """Whether two words may be one, misspelt: no short word is, however near."""
    if min(len(one), len(other)) < 4:
        return False
    return OSA.distance(one, other) <= 1 or JaroWinkler.similarity(one, other) >= ALIKE


def _birth(one: date | None, other: date | None) -> Agreement:
    """Dates of birth: near when two of the three parts agree, or day and month are transposed."""
    if one is None or other is None:
        return Agreement.UNKNOWN
    if one == other:
        return Agreement.EQUAL
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Agreement.NEAR
    written, otherwise = f"{one:%Y%m%d}", f"{other:%Y%m%d}"
    return Agreement.NEAR if OSA.distance(written, otherwise) == 1 else Agreement.OTHER


def _home(one: Compared, other: Compared) -> Agreement:
    """The house where both addresses are known, else the postcode, which many homes share."""
    postcodes = _equal(one.postcode, other.postcode)
    if one.house is None or other.house is None:
        return postcodes
    if postcodes is Agreement.UNKNOWN:
        return _equal(one.address, other.address)
    houses = _equal(one.house, other.house)
    return Agreement.EQUAL if postcodes is houses is Agreement.EQUAL else Agreement.OTHER


def _house(address: str) -> str:
    """The flat and house numbers of an address, which with a postcode are a home."""
    return " ".join(re.findall(r"\d+[a-z]?", address.casefold())) or plain(address)


def plain(text: str | None) -> str:
    """A text without what spelling it may add or leave out."""
    return re.sub(r"[^a-z0-9]", "", (text or "").casefold())


def _digits(text: str | None) -> str:
    digits = re.sub(r"\D", "", text or "")
    return "0" + digits[2:] if digits.startswith("44") and len(digits) == 12 else digits


def _equal(one: str, other: str) -> Agreement:
    if not one or not other:
        return Agreement.UNKNOWN
    return Agreement.EQUAL if one == other else Agreement.OTHER
