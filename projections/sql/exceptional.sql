-- name: rows
select id, kind, organisation, practitioner, reason, dissent, found, taken_at, until, ended_at,
       outcome, reviewed_at, sent, told_at, escalated_to
from views.exceptional
where id = any(%b::uuid[])

-- name: save
insert into views.exceptional
    (id, kind, organisation, practitioner, reason, dissent, found, taken_at, until, ended_at,
     outcome, reviewed_at, sent, told_at, escalated_to, review_by, rung, due_at)
values (%b, %b::text, %b, %b, %b::text, %b, %b, %b::timestamptz, %b::timestamptz, %b::timestamptz,
        %b::text, %b::timestamptz, %b::text[], %b::timestamptz, %b::uuid, %b::timestamptz,
        %b::text, %b::timestamptz)
on conflict (id) do update
set ended_at = excluded.ended_at, outcome = excluded.outcome, reviewed_at = excluded.reviewed_at,
    sent = excluded.sent, told_at = excluded.told_at, escalated_to = excluded.escalated_to,
    rung = excluded.rung, due_at = excluded.due_at

-- name: over
select id, kind, organisation, practitioner, reason, dissent, found, taken_at, until, ended_at,
       outcome, reviewed_at, sent, told_at, escalated_to
from views.exceptional
where ended_at is null and until <= %b::timestamptz and kind = %b::text
order by until, id

-- name: next_over
select min(until) from views.exceptional where ended_at is null

-- name: due
select id, kind, organisation, practitioner, reason, dissent, found, taken_at, until, ended_at,
       outcome, reviewed_at, sent, told_at, escalated_to
from views.exceptional
where due_at <= %b::timestamptz and kind = %b::text
order by due_at, id

-- name: of
select id, kind, organisation, practitioner, reason, dissent, found, taken_at, until, ended_at,
       outcome, reviewed_at, sent, told_at, escalated_to
from views.exceptional
where organisation = %(partner)b or escalated_to = %(partner)b
order by taken_at desc, id
limit %(limit)b

-- name: counts
select open, waiting, overdue from views.exceptional_counts()
