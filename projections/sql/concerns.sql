-- name: rows
select id, person, looked, since, sent, told_at
from views.concerns
where id = any(%b::uuid[])

-- name: forget
delete from views.concerns where id = any(%b::uuid[])

-- name: save
insert into views.concerns (id, person, looked, since, sent, told_at, rung, due_at)
values (%b, %b, %b, %b::timestamptz, %b::text[], %b::timestamptz, %b::text, %b::timestamptz)
on conflict (id) do update
set looked = excluded.looked, since = excluded.since, sent = excluded.sent,
    told_at = excluded.told_at, rung = excluded.rung, due_at = excluded.due_at

-- name: due
select id, person, looked, since, sent, told_at
from views.concerns
where due_at <= %b::timestamptz
order by due_at, id
