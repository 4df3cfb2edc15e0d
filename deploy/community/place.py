"""The place: which organisations help, with what, and who works there. All of it is made up."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.community.organisation import Offer, Organisation, Practitioner
from domain.vocabulary import Label, PartnerId, PartnerKind, PractitionerId, Role, Source, Step

NAME = "Cape Hill"
PATIENTS = 24_000
"""The host practice's list, as large as the James Wigg Practice's (Camden CCG)."""

_DOS = "https://fhir.nhs.uk/Id/dos-service-id"
_DOS_AS_SOME_WRITE_IT = "http://fhir.nhs.uk/Id/dos-service-id"

EVERYBODY = (Source.PROFESSIONAL, Source.PARTNER, Source.CARER, Source.SELF)
COLLEAGUES = (Source.PROFESSIONAL, Source.PARTNER)

GP_APPOINTMENT = Offer(
    "gp",
    "GP mental-health appointment",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Patients of the practice",
    "GP appointment",
)
LINK_WORKER = Offer(
    "link worker",
    "Social prescribing link worker",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Anybody who wants to talk about what matters to them",
    "Talk about what matters to you",
)
PRACTICE = Organisation(
    "practice",
    "Cape Hill Practice",
    PartnerKind.PRACTICE,
    "F99001",
    (
        Practitioner("asha", "Dr Asha Rahman", Role.CLINICIAN, "GP partner, mental-health lead"),
        Practitioner("gwen", "Dr Gwen Tolley", Role.CHAIR, "GP partner, chair of the MDT"),
        Practitioner("samuel", "Dr Samuel Okafor", Role.CLINICIAN, "GP, methadone lead"),
        Practitioner("harpreet", "Dr Harpreet Gill", Role.CLINICIAN, "Salaried GP"),
        Practitioner("bernie", "Bernadette Quinn", Role.CLINICIAN, "Practice nurse"),
        Practitioner("lorna", "Lorna Baptiste", Role.HELPER, "Social prescribing link worker"),
        Practitioner("yusuf", "Yusuf Karim", Role.ADMINISTRATOR, "MDT co-ordinator"),
        Practitioner("beryl", "Beryl Mason", Role.RECEPTION, "Receptionist"),
        Practitioner("hugh", "Hugh Pemberton", Role.PRIVACY_OFFICER, "Caldicott Guardian"),
        Practitioner("nina", "Nina Kowalczyk", Role.OPERATOR, "Systems engineer"),
        Practitioner("imani", "Imani Clarke", Role.AUDITOR, "Records auditor"),
    ),
    (GP_APPOINTMENT, LINK_WORKER),
    officer=Practitioner(
        "grace", "Grace Adeyemi", Role.PRIVACY_OFFICER, "Practice manager, privacy officer"
    ),
)

LOW = Offer(
    "talking therapies",
    "Talking therapies",
    Step.TALKING_THERAPIES,
    EVERYBODY,
    "Depression or anxiety, aged 16 or over",
    "Guided Self Help (Book)",
    dos=((_DOS, "2000000042"),),
)
TALKING = Organisation(
    "talking therapies",
    "Tollgate Talking Therapies",
    PartnerKind.TALKING_THERAPIES,
    "F99002",
    (
        Practitioner(
            "priya", "Priya Chand", Role.CLINICIAN, "Psychological wellbeing practitioner"
        ),
        Practitioner(
            "jodie", "Jodie Hadley", Role.CLINICIAN, "Psychological wellbeing practitioner"
        ),
        Practitioner("marcus", "Marcus Bailey", Role.CLINICIAN, "CBT therapist"),
        Practitioner("ewa", "Ewa Nowak", Role.CLINICIAN, "Counsellor"),
        Practitioner("nasreen", "Nasreen Akhtar", Role.CLINICIAN, "Clinical lead, EMDR therapist"),
        Practitioner("tom", "Tom Westwood", Role.ADMINISTRATOR, "Referrals co-ordinator"),
    ),
    (LOW,),
    officer=Practitioner(
        "edmund", "Edmund Shaw", Role.PRIVACY_OFFICER, "Information governance lead"
    ),
)

COLLABORATIVE = Offer(
    "collaborative care",
    "Primary care mental-health team and collaborative care",
    Step.COLLABORATIVE_CARE,
    COLLEAGUES,
    "Moderate to severe, or no response to talking therapies",
    "Collaborative care review",
)
PSYCHOLOGY = Offer(
    "psychology",
    "Consulting psychologists and psychology services",
    Step.COLLABORATIVE_CARE,
    COLLEAGUES,
    "Psychological difficulties that need a specialist's assessment",
    "Psychology session",
    dos=((_DOS_AS_SOME_WRITE_IT, "111111111"), (_DOS, "111111111")),
)
COMMUNITY_TEAM = Offer(
    "community team",
    "Community mental-health team",
    Step.HOSPITAL_CARE,
    COLLEAGUES,
    "Severe or complex mental ill-health",
    "Visit by the community team",
)
WARD = Offer(
    "ward",
    "Millpool ward",
    Step.HOSPITAL_CARE,
    (Source.PROFESSIONAL,),
    "Acute need that cannot be met at home",
    "Ward review",
)
TRUST = Organisation(
    "trust",
    "Blackbrook Mental Health Trust",
    PartnerKind.TRUST,
    "F99003",
    (
        Practitioner("rajesh", "Dr Rajesh Menon", Role.CLINICIAN, "Consultant psychiatrist"),
        Practitioner("helen", "Dr Helen Ashworth", Role.CLINICIAN, "Clinical psychologist"),
        Practitioner("denise", "Denise Campbell", Role.CLINICIAN, "Community psychiatric nurse"),
        Practitioner("kofi", "Kofi Mensah", Role.CLINICIAN, "Mental-health practitioner"),
        Practitioner("siobhan", "Siobhan Kelly", Role.CLINICIAN, "Ward manager"),
        Practitioner("anil", "Anil Deol", Role.ADMINISTRATOR, "Team secretary"),
        Practitioner("carmel", "Carmel Byrne", Role.RECEPTION, "Receptionist, outpatients"),
        Practitioner("leonard", "Leonard Asante", Role.PRIVACY_OFFICER, "Data protection officer"),
    ),
    (COLLABORATIVE, PSYCHOLOGY, COMMUNITY_TEAM, WARD),
    officer=Practitioner(
        "valerie", "Valerie Stokes", Role.PRIVACY_OFFICER, "Information governance manager"
    ),
)

SOCIAL_CARE = Offer(
    "social work",
    "Social work for adults",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Adults with care and support needs, and their carers",
    "Home visit by a social worker",
)
SOCIAL_WORK = Organisation(
    "social work",
    "Cape Hill Social Work Team",
    PartnerKind.SOCIAL_WORK,
    "F99004",
    (
        Practitioner("maureen", "Maureen Doyle", Role.CLINICIAN, "Social worker"),
        Practitioner("imran", "Imran Hussain", Role.CLINICIAN, "Social worker"),
        Practitioner("cheryl", "Cheryl Pinnock", Role.ADMINISTRATOR, "Duty desk"),
    ),
    (SOCIAL_CARE,),
    officer=Practitioner(
        "nkechi", "Nkechi Obi", Role.PRIVACY_OFFICER, "Information governance officer"
    ),
)

RECOVERY = Offer(
    "recovery",
    "Drug and alcohol recovery",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Anybody worried about their own drug or alcohol use",
    "Recovery key-work session",
    label=Label.SUBSTANCE,
)
SHARED_CARE = Offer(
    "shared care",
    "Methadone shared care",
    Step.COLLABORATIVE_CARE,
    COLLEAGUES,
    "Opioid treatment shared with the practice and a pharmacy",
    "Shared-care clinic",
    label=Label.SUBSTANCE,
)
DRUG = Organisation(
    "drug service",
    "Turning Stone Recovery",
    PartnerKind.DRUG_SERVICE,
    "F99005",
    (
        Practitioner("colin", "Colin Yardley", Role.CLINICIAN, "Drug counsellor"),
        Practitioner("teresa", "Teresa Mbeki", Role.CLINICIAN, "Recovery nurse prescriber"),
        Practitioner("wes", "Wesley Grant", Role.HELPER, "Peer mentor"),
    ),
    (RECOVERY, SHARED_CARE),
    officer=Practitioner(
        "howard", "Howard Lomas", Role.PRIVACY_OFFICER, "Quality and information governance lead"
    ),
)


def _group(key: str, name: str, eligibility: str, activity: str) -> Offer:
    return Offer(key, name, Step.COMMUNITY_PREVENTION, EVERYBODY, eligibility, activity, group=True)


CHARITY = Organisation(
    "charity",
    "Canalside Commons",
    PartnerKind.CHARITY,
    "F99006",
    (
        Practitioner("olive", "Olive Sterling", Role.HELPER, "Groups co-ordinator"),
        Practitioner("mateusz", "Mateusz Zielinski", Role.HELPER, "Gardener"),
        Practitioner("farah", "Farah Siddiqui", Role.HELPER, "Art therapist"),
    ),
    (
        _group("art", "Art therapy group", "Adults", "Art therapy group"),
        _group("garden", "Gardening group", "Anybody; the beds are raised", "Gardening group"),
        _group("dance", "Dance and movement", "Adults of any age", "Dance and movement"),
        _group("baby", "Baby sing-along", "Parents with a child under two", "Baby sing-along"),
    ),
)
CARERS = Organisation(
    "carers",
    "Tollgate Carers",
    PartnerKind.CHARITY,
    "F99007",
    (Practitioner("jean", "Jean Woodhall", Role.HELPER, "Carers' adviser"),),
    (_group("carers", "Carers' circle", "Anybody who looks after somebody", "Carers' circle"),),
)
PATIENTS_GROUP = Organisation(
    "patients",
    "Cape Hill Patients Together",
    PartnerKind.PATIENT_GROUP,
    "F99008",
    (
        Practitioner("winston", "Winston Clarke", Role.HELPER, "Silver Circle volunteer"),
        Practitioner("maggie", "Maggie Round", Role.HELPER, "Cancer support volunteer"),
    ),
    (
        _group("silver", "Silver Circle", "Aged 60 or over", "Silver Circle afternoon"),
        _group("cancer", "Cancer support", "Living with or after cancer", "Cancer support evening"),
    ),
)
PROBATION = Organisation(
    "probation",
    "Sandwater Probation",
    PartnerKind.PROBATION,
    "F99009",
    (
        Practitioner("leroy", "Leroy Edwards", Role.HELPER, "Probation officer"),
        Practitioner("kirsty", "Kirsty Vale", Role.HELPER, "Probation officer"),
    ),
)
COUNSELLING_AT_SCHOOL = Offer(
    "school counselling",
    "School counselling",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Pupils and students",
    "Meeting with the counsellor",
)
SCHOOL = Organisation(
    "school",
    "Lockside Academy and Sixth Form",
    PartnerKind.SCHOOL,
    "F99010",
    (
        Practitioner("amara", "Amara Osei", Role.HELPER, "School counsellor"),
        Practitioner("gareth", "Gareth Pugh", Role.HELPER, "Head of sixth form"),
    ),
    (COUNSELLING_AT_SCHOOL,),
)
LIBRARY = Organisation(
    "library",
    "Windmill Lane Library",
    PartnerKind.LIBRARY,
    "F99011",
    (
        Practitioner("shirley", "Shirley Bagnall", Role.HELPER, "Librarian"),
        Practitioner("tariq", "Tariq Sultani", Role.HELPER, "Library assistant"),
    ),
    (
        _group("reading", "Reading and company", "Adults", "Reading and company"),
        Offer(
            "books",
            "Books on prescription",
            Step.COMMUNITY_PREVENTION,
            EVERYBODY,
            "Anybody",
            "Choosing books together",
        ),
    ),
)
HOUSING_ADVICE = Offer(
    "housing",
    "Housing and debt advice",
    Step.COMMUNITY_PREVENTION,
    EVERYBODY,
    "Tenants and anybody without a secure home",
    "Advice appointment",
)
HOUSING = Organisation(
    "housing",
    "Doorstep Housing Advice",
    PartnerKind.HOUSING_ADVICE,
    "F99012",
    (
        Practitioner("joy", "Joy Amadi", Role.HELPER, "Housing adviser"),
        Practitioner("dev", "Dev Patel", Role.HELPER, "Debt adviser"),
    ),
    (HOUSING_ADVICE,),
    office=Practitioner("carol", "Carol Whitby", Role.ADMINISTRATOR, "Office manager"),
)
PHARMACY = Organisation(
    "pharmacy",
    "Cape Hill Pharmacy",
    PartnerKind.PHARMACY,
    "F99015",
    (Practitioner("meera", "Meera Solanki", Role.CLINICIAN, "Pharmacist"),),
    (),
)
COMMISSIONER = Organisation(
    "commissioner",
    "Sandwater Care Partnership",
    PartnerKind.COMMISSIONER,
    "F99013",
    (
        Practitioner("ruth", "Ruth Pargeter", Role.COMMISSIONER, "Mental-health commissioner"),
        Practitioner("ifeoma", "Ifeoma Nwosu", Role.AUDITOR, "Information governance auditor"),
    ),
)

COUNSELLING = Offer(
    "counselling",
    "Counselling at the Lantern",
    Step.TALKING_THERAPIES,
    EVERYBODY,
    "Adults with depression or anxiety",
    "Counselling session",
)
LANTERN = Organisation(
    "lantern",
    "Lantern Counselling",
    PartnerKind.TALKING_THERAPIES,
    "F99014",
    (
        Practitioner("moira", "Moira Fenwick", Role.CLINICIAN, "Counsellor"),
        Practitioner("piers", "Piers Holloway", Role.CLINICIAN, "Counsellor"),
    ),
    (COUNSELLING,),
)
"""An organisation that has left: nobody can sign in for it."""

PARTNERS = (
    PRACTICE,
    TALKING,
    TRUST,
    SOCIAL_WORK,
    DRUG,
    CHARITY,
    CARERS,
    PATIENTS_GROUP,
    PROBATION,
    SCHOOL,
    LIBRARY,
    HOUSING,
    PHARMACY,
    COMMISSIONER,
)
"""Every organisation that is there; the first one hosts."""

FOUNDED = (*(partner for partner in PARTNERS if partner is not PHARMACY), LANTERN)
"""Those who joined first, also who has left since; the pharmacy joins after them."""

INVITED = (PRACTICE, TALKING, TRUST, SOCIAL_WORK, DRUG, HOUSING, CHARITY)
"""Those who come to the weekly MDT."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody one can sign in as."""

    name: str
    title: str
    role: Role
    organisation: str
    partner: PartnerId
    practitioner: PractitionerId


def demo_people() -> tuple[DemoPerson, ...]:
    """Everybody who works in the place, organisation by organisation."""
    return tuple(
        DemoPerson(person.name, person.title, person.role, at.name, at.id, person.id)
        for at in PARTNERS
        for person in at.everybody
    )


def offer_of(partner: Organisation, key: str) -> Offer:
    """A partner's service by its key."""
    return next(offer for offer in partner.offers if offer.key == key)
