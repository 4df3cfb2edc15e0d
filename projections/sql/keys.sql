-- What is asked of the persons' keys.

-- name: of
select person, wrapped, master
from keys.person_keys
where person = any(%b::uuid[])

-- name: make
insert into keys.person_keys (person, wrapped, master)
select person, wrapped, %b::text
from unnest(%b::uuid[], %b::bytea[]) as made (person, wrapped)
on conflict (person) do nothing
returning person

-- name: destroy
insert into keys.person_keys as k (person, wrapped, master, destroyed_at)
values (%b, null, %b::text, clock_timestamp())
on conflict (person) do update
set wrapped = null, destroyed_at = coalesce(k.destroyed_at, excluded.destroyed_at)
