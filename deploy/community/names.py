"""Given and family names, languages and streets, put together at random into nobody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that often go together."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    languages: tuple[str, ...] = ("English",)


_BRITISH = Culture(
    (
        *("Karen", "Julie", "Tracey", "Lisa", "Emma", "Chloe", "Megan", "Hannah", "Sarah", "Beth"),
        *("Joanne", "Denise", "Pauline", "Sandra", "Gemma", "Kelly", "Donna", "Amy", "Lauren"),
        *("Holly", "Paige", "Natalie", "Rachel", "Sheila", "Maureen", "Iris", "Doreen", "Ruby"),
    ),
    (
        *("Dean", "Lee", "Wayne", "Craig", "Darren", "Ian", "Kevin", "Mark", "Paul", "Ryan"),
        *("Josh", "Callum", "Luke", "Liam", "Connor", "Gary", "Keith", "Roy", "Neil", "Stuart"),
        *("Adam", "Ben", "Jack", "Aaron", "Martin", "Derek", "Norman", "Kyle", "Nathan"),
    ),
    (
        *("Hickman", "Round", "Tromans", "Whitehouse", "Westwood", "Perry", "Cartwright", "Hadley"),
        *("Parkes", "Bloomer", "Foley", "Danks", "Homer", "Guest", "Raybould", "Priest", "Cox"),
        *("Dunn", "Smith", "Taylor", "Jones", "Harris", "Brooks", "Fellows", "Hale", "Payne"),
        *("Millward", "Yates", "Hunt", "Bennett", "Cooper", "Hill", "Haden", "Slim", "Rollason"),
    ),
)
_IRISH = Culture(
    ("Siobhan", "Aoife", "Bridget", "Noreen", "Ciara", "Maeve", "Kathleen", "Orla"),
    ("Sean", "Padraig", "Declan", "Brendan", "Eamon", "Niall", "Conor", "Michael"),
    ("Kelly", "Murphy", "Brennan", "Doyle", "Gallagher", "Keane", "Duffy", "Nolan", "Quinn"),
)
_EUROPEAN = Culture(
    ("Agnieszka", "Magdalena", "Ewa", "Ioana", "Elena", "Katarzyna", "Daiva", "Giulia", "Ana"),
    ("Piotr", "Tomasz", "Andrei", "Marek", "Mihai", "Jonas", "Luca", "Bogdan", "Pavel"),
    ("Nowak", "Kowalska", "Popescu", "Wozniak", "Ionescu", "Zielinski", "Petrauskas", "Silva"),
    ("Polish", "Romanian", "Lithuanian", "Portuguese"),
)
_CARIBBEAN = Culture(
    ("Marcia", "Sonia", "Beverley", "Yvonne", "Shanice", "Paulette", "Jasmine", "Keisha"),
    ("Winston", "Delroy", "Trevor", "Jermaine", "Leroy", "Dwayne", "Andre", "Carlton"),
    ("Campbell", "Grant", "Francis", "Bailey", "Thompson", "Clarke", "Pinnock", "Reid", "Lewis"),
)
_AFRICAN = Culture(
    ("Ngozi", "Ama", "Fatou", "Chiamaka", "Abena", "Hodan", "Rutendo", "Selam", "Folake"),
    ("Emeka", "Kwame", "Tendai", "Yonas", "Abdi", "Kofi", "Chidi", "Tunde", "Mohamed"),
    ("Okafor", "Mensah", "Adeyemi", "Moyo", "Tesfaye", "Warsame", "Boateng", "Eze", "Conteh"),
    ("Somali", "Tigrinya", "Yoruba", "French", "Arabic"),
)
_INDIAN = Culture(
    ("Jaswinder", "Harpreet", "Manjit", "Priya", "Kiran", "Simran", "Anita", "Meena", "Sunita"),
    ("Gurpreet", "Balbir", "Amit", "Rajinder", "Sandeep", "Vikram", "Jagdeep", "Kiran", "Ravi"),
    ("Singh", "Kaur", "Patel", "Gill", "Sharma", "Dhaliwal", "Sandhu", "Bains", "Mistry", "Johal"),
    ("Punjabi", "Hindi", "Gujarati"),
)
_PAKISTANI = Culture(
    ("Shazia", "Nasreen", "Aisha", "Saima", "Zainab", "Rubina", "Hina", "Maryam", "Sadia"),
    ("Imran", "Tariq", "Adeel", "Usman", "Bilal", "Zahid", "Kashif", "Hamza", "Nadeem"),
    ("Hussain", "Khan", "Akhtar", "Mahmood", "Iqbal", "Malik", "Bibi", "Shah", "Javed", "Mirza"),
    ("Urdu", "Pahari", "Punjabi"),
)
_BANGLADESHI = Culture(
    ("Rahima", "Nazma", "Taslima", "Sultana", "Shirin", "Ruksana", "Farzana"),
    ("Abdul", "Kamal", "Rafiq", "Shamim", "Mizan", "Faruk", "Habib"),
    ("Begum", "Miah", "Ali", "Uddin", "Rahman", "Chowdhury", "Islam", "Khatun"),
    ("Bengali", "Sylheti"),
)
_ASIAN = Culture(
    ("Thuy", "Sunita", "Dilani", "Roxana", "Parisa", "Grace", "Maya", "Anjali"),
    ("Minh", "Suresh", "Ahmad", "Reza", "Joel", "Kumar", "Farid", "Prakash"),
    ("Nguyen", "Perera", "Ahmadi", "Santos", "Gurung", "Rezai", "Thapa", "Karimi"),
    ("Tamil", "Dari", "Nepali", "Vietnamese"),
)
_CHINESE = Culture(
    ("Mei", "Ling", "Xiu", "Wai Yee", "Jia", "Hui"),
    ("Wei", "Jun", "Ka Ming", "Hao", "Chun", "Lok"),
    ("Chan", "Wong", "Li", "Zhang", "Lam", "Chen", "Ho"),
    ("Cantonese", "Mandarin"),
)
_OTHER = Culture(
    ("Leila", "Noor", "Rana", "Zahra", "Dilan", "Yasmin", "Mariam"),
    ("Karwan", "Omar", "Hassan", "Sami", "Azad", "Yousef", "Ibrahim"),
    ("Haddad", "Rashid", "Aziz", "Saleh", "Mustafa", "Qadir", "Nasser", "Farah"),
    ("Arabic", "Kurdish", "Farsi"),
)


def _both(one: Culture, other: Culture) -> Culture:
    return Culture(
        one.women + other.women,
        one.men + other.men,
        one.families + other.families,
        one.languages + other.languages,
    )


CULTURES = {
    "A": _BRITISH,
    "B": _IRISH,
    "C": _EUROPEAN,
    "D": _both(_BRITISH, _CARIBBEAN),
    "E": _both(_BRITISH, _AFRICAN),
    "F": _both(_BRITISH, _INDIAN),
    "G": _both(_BRITISH, _OTHER),
    "H": _INDIAN,
    "J": _PAKISTANI,
    "K": _BANGLADESHI,
    "L": _ASIAN,
    "M": _CARIBBEAN,
    "N": _AFRICAN,
    "P": _both(_CARIBBEAN, _AFRICAN),
    "R": _CHINESE,
    "S": _OTHER,
    "Z": _both(_BRITISH, _both(_PAKISTANI, _EUROPEAN)),
}
"""By ethnic category code."""

STREETS = (
    "Lockkeeper's Row",
    "Furnace Walk",
    "Old Tollgate Street",
    "Windmill Bank",
    "Chainmaker Close",
    "Narrowboat Lane",
    "Brindle Terrace",
    "Glasshouse Rise",
    "Anvil Road",
    "Millpool Crescent",
    "Nailers' Court",
    "Tram Depot Road",
)
