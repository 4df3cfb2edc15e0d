"""What people of the place write: asks, reasons, questions, rationales. Plain, and about nobody."""

from __future__ import annotations

LEFT = "Its funding ended; its trustees have closed it"

ASKS: dict[str, tuple[str, ...]] = {
    "counselling": ("Counselling for low mood", "Somebody to talk to after the separation"),
    "talking therapies": (
        "Help with low mood and worry",
        "Talking therapy, by telephone if possible",
        "Help with panic attacks on the bus and in shops",
        "Help to sleep and to stop going over things at night",
        "Support after a bereavement last winter",
        "Help with worry about health since the diagnosis",
        "Help with flashbacks and jumpiness after an accident",
        "Help to get back to work after months of low mood",
        "Somebody to talk to about anxiety since the baby came",
        "Evening appointments, please: works shifts",
    ),
    "collaborative care": (
        "Take on with collaborative care: case manager, medication review, PHQ-9 at each review",
        "Joint work with the practice, as the meeting decided",
        "Case management and a psychiatrist's advice on medication",
    ),
    "psychology": (
        "Assessment by a psychologist",
        "Opinion on therapy for trauma of long standing",
        "Assessment: talking therapies twice without lasting change",
    ),
    "community team": (
        "Assessment by the community team",
        "Care co-ordination and visits at home",
        "Urgent review: not eating, not leaving the flat",
    ),
    "social work": (
        "Assessment of care needs at home",
        "Carer's assessment for the daughter",
        "Help to stay at home safely after the fall",
        "Benefits and a bus pass; managing alone since the separation",
        "Home is cluttered; would like help to sort it",
    ),
    "recovery": (
        "Help to cut down drinking",
        "Key work and a place in the recovery group",
        "Wants to stop cannabis; sleeps badly without",
        "Alcohol review before starting therapy",
    ),
    "shared care": (
        "Methadone shared care with the practice",
        "Review of supervised consumption and dose",
    ),
    "art": ("A place in the art therapy group", "Art group, mornings if possible"),
    "garden": ("A place in the gardening group", "To get out and do something with the hands"),
    "dance": ("Dance and movement, has not done any for years", "Gentle exercise in company"),
    "baby": ("Baby sing-along on Tuesdays", "To meet other parents"),
    "carers": ("To meet other carers", "Advice for carers and an afternoon off"),
    "silver": ("Company in the afternoons", "Silver Circle; would need a lift"),
    "cancer": ("To talk with others after cancer", "Cancer support evenings"),
    "school counselling": (
        "Meetings with the school counsellor",
        "Somebody to talk to in school about home",
        "Support around exams",
    ),
    "reading": ("Reading and company on Wednesdays", "A quiet group, close to home"),
    "books": ("Books on prescription: anxiety", "Books on prescription: sleep"),
    "housing": (
        "Rent arrears and a letter from the landlord",
        "Notice to leave in six weeks",
        "Damp and no heating; the landlord does not answer",
        "Debt letters unopened; help to make a list",
        "Sofa-surfing since March; housing application",
        "Universal Credit stopped; cannot pay the rent",
        "Needs a ground-floor flat",
        "Council tax arrears and a bailiff's letter",
    ),
    "gp": ("A GP's review", "To see a GP about mood and tiredness"),
    "link worker": (
        "A talk about what matters and what is near",
        "Help to find company and purpose",
    ),
}

REASONS = (
    "Low mood most days for three months, tearful, poor sleep, appetite down.",
    "Generalised worry, tense, restless; cannot switch off. No previous therapy.",
    "Panic attacks twice a week since spring; avoids buses and queues.",
    "Depression with early waking; second episode, did well with therapy before.",
    "Low mood after redundancy; drinks a little more than before.",
    "Intrusive memories after a road accident; avoids driving; sleep broken.",
    "Health anxiety since a scare at the hospital; frequent appointments.",
    "Long-standing low mood and joint pain; goes out little.",
    "Anxious and low since the birth; partner supportive.",
    "Checking and washing take two hours a day; ashamed to talk of it.",
    "Anxious in company since school; has stopped going to college.",
    "Grief, eleven months on; still sets two places at the table.",
)

SAID = (
    "In the corridor after surgery",
    "By telephone this morning",
    "At the end of the team meeting",
    "During a joint visit",
)

QUESTIONS = (
    "Which telephone number may we leave a message on?",
    "Has the person had therapy before, and did it help?",
    "What medication is taken at present?",
    "Does the person know of this referral and agree to it?",
    "Are there children at home?",
    "Which days are possible?",
)
ANSWERS = (
    "Yes; agreed to it in the surgery last week.",
    "Mobile, and messages are fine.",
    "Once, four years ago, six sessions, helpful.",
    "Sertraline 50 mg since January, unchanged.",
    "Any day but Tuesday; mornings are better.",
    "Two at primary school, well looked after by both parents.",
)
SENT_WITHOUT = "We do not have it on record, and it should not wait for that."
ELSEWHERE = "The community mental-health services; the practice has the letter."
DECLINED = (
    "Rang three times and wrote; the person says another time suits better.",
    "Already on our list from an earlier referral.",
    "Needs more than we offer; please discuss at the weekly meeting.",
    "Lives outside the area we serve.",
)
REDIRECTED = (
    "Spoke with the person: practical help first. Passed on with their agreement.",
    "A better fit there; the person has been told.",
    "Passed to colleagues who can see the person sooner.",
)
WITHDRAWN = (
    "Feels better and does not want it now.",
    "Has found help through work.",
    "Moved away to family.",
    "Changed their mind; may ask again in autumn.",
)
SUMMARIES = (
    "Goals reached; knows what to do if mood drops again.",
    "Better than at the start; will go on with the plan alone.",
    "Some change; returns to the practice for review.",
    "Stopped coming; letter and two calls without answer.",
    "Ended early at the person's wish; may refer again at any time.",
)
FORWARD = (
    "Would like to be told before anything changes",
    "Hopes to sleep through and to be back at work",
    "Is worried about starting again with somebody new",
    "Agrees, and wants their sister to be told",
    "Wants to carry on as it is",
    "Would rather be seen at the practice than at the hospital",
    "Is glad that people talk to one another",
    "Does not want tablets, wants to understand what is happening",
)

QUESTIONS_FOR_MEETING = {
    "response": (
        "Little change after the first sessions: go on, change or step up?",
        "Scores have not moved in six weeks: what next?",
        "Is collaborative care the better way now?",
    ),
    "complex": (
        "Several of us are involved: who does what?",
        "Housing and mood pull each other down: what comes first?",
        "Missed the last appointments: how do we reach the person?",
        "Drinking and low mood together: can therapy start?",
    ),
    "review": (
        "Review in collaborative care: target reached?",
        "Three months on: step down, stay or hand back?",
        "Medication and therapy together: is it enough?",
    ),
}
RATIONALES = {
    "stay": (
        "The plan is working slowly; another four sessions before it is judged.",
        "Scores are coming down and attendance is good; no reason to move.",
        "A change of worker now would cost more than it brings.",
        "Practical troubles are being seen to; therapy goes on meanwhile.",
    ),
    "more information": (
        "Nobody in the room has seen the person this month; ask the practice to call first.",
        "The hospital letter is missing; decide when it is here.",
        "Ask what the person wants before anything is decided.",
    ),
    "step up": (
        "No response after a full course at step 2; PHQ-9 still above 15. Case management, a "
        "medication review and weekly contact are indicated.",
        "Two courses without lasting change, long-term condition, lives alone: collaborative care.",
        "Therapy alone is not enough while sleep, pain and medication are not looked at together.",
    ),
    "step down": (
        "PHQ-9 below 10 for two months; guided self-help to keep well.",
        "Target reached; less is enough now, and the person agrees.",
    ),
    "hand over": (
        "Care at home is the main need now; the social work team leads and others help alongside.",
        "Most of the contact is with this team already; it should hold the thread.",
    ),
}
DISSENT = (
    "I would have waited for two more sessions before moving.",
    "I think the housing trouble explains the scores; solve that first.",
    "The person told me that they do not want another team.",
    "I would start with a medication review in the practice.",
)
HANDOVER_DECLINED = (
    "Not within our criteria at present; happy to advise and to be asked again.",
    "The person prefers to stay with the present team.",
    "No room before next month; please hold and bring back to the meeting.",
)

PLANS = (
    "The practice rings in a month. Knows to refer back without a letter.",
    "Goes on with the group; will ring the link worker if sleep worsens.",
    "Relapse plan agreed and kept at home; review with the GP in twelve weeks.",
)
URGENT = (
    "Left hospital this morning and lives alone",
    "Notice to leave by Friday",
    "Stopped eating; the family rang today",
)
OPTIONS = (
    "Go on as now; a change of worker; collaborative care.",
    "Wait for the hospital letter; move now; a joint visit first.",
    "Group, one-to-one, or both after another.",
)
ACTIONS = (
    "Ring and say what was decided",
    "Ask the hospital for the letter",
    "Arrange a joint visit",
    "Medication review within the practice",
    "Speak with the housing officer, with the person's agreement",
    "Send the leaflet about the carers' circle",
    "Check who holds the key-safe number",
)
DROPPED = (
    "The person asked us not to.",
    "Has been seen to by the family.",
    "No longer needed after this week's visit.",
)
ADVICE = (
    "Go on with the present plan for three weeks, then bring the case to the meeting.",
    "Raise the dose as planned; review sleep and blood pressure in a fortnight.",
    "See the person together with the practice nurse first.",
    "Offer a longer appointment and ask about drinking without judging.",
)
DISAGREES = (
    "I did not ask for this. I asked for a letter to my employer.",
    "It says I was referred for drinking. I never said that I drink.",
    "My sister was not there, whatever it says.",
)
EVIDENCE = (
    "Eight sessions, and the score is where it was",
    "Score still in the severe range at the last session",
)
HANDED_BACK = (
    "What we could do is done; the practice knows the person best.",
    "Stable on the present medication for three months.",
)
WISHES = (
    "Would rather see their own doctor again",
    "Wants fewer appointments and to stay near home",
)
RESTS = (
    "Active monitoring: low mood after the move, sleeping again",
    "Waiting for the hospital's letter before anything is changed",
    "Feels better this month; wants to see whether it lasts",
)
ADVICE_ASKED = (
    "Second antidepressant without effect: would you see the person, or change the dose first?",
    "Is this for psychology, or enough with the nurse and a longer appointment?",
    "Old trauma, new panic: which of your services, if any?",
)
