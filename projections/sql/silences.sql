-- name: rows
select id, about, person, organisation, priority, offered_at, since, sent, acknowledged, told_at, due_at
from views.silences
where id = any(%b::uuid[])

-- name: save
insert into views.silences
    (id, about, person, organisation, priority, offered_at, since, sent, acknowledged, told_at, due_at)
select id, about, person, organisation, priority, offered_at, since, string_to_array(sent, ' '),
       acknowledged, told_at, due_at
from unnest(
    %b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::timestamptz[], %b::bigint[],
    %b::text[], %b::boolean[], %b::timestamptz[], %b::timestamptz[]
) as s (id, about, person, organisation, priority, offered_at, since, sent, acknowledged, told_at,
        due_at)
on conflict (id) do update
set about = excluded.about, person = excluded.person, organisation = excluded.organisation,
    priority = excluded.priority, offered_at = excluded.offered_at, since = excluded.since,
    sent = excluded.sent, acknowledged = excluded.acknowledged, told_at = excluded.told_at,
    due_at = excluded.due_at

-- name: answered
delete from views.silences where id = any(%b::uuid[])

-- name: due
select id, about, person, organisation, priority, offered_at, since, sent, acknowledged, told_at, due_at
from views.silences
where due_at <= %b::timestamptz
order by due_at, id
