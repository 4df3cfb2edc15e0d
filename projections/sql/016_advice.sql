-- Statuses are new, *advice to give* and *advice to read* among them; a row stands where its own does.

update views.caseload
set urgency = array_position(
    array[
        'fallen back', 'hand-over to accept', 'referral to answer', 'advice to give',
        'information asked', 'advice to read', 'hand-over offered', 'waiting', 'in treatment',
        'sent', 'action to do', 'on hold', 'held', 'involved', 'died', 'past'
    ],
    status
) - 1;
