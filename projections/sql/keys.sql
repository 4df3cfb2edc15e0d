-- What is asked of the persons' keys.

-- name: of
select person, retention, volume, wrapped, master
from keys.person_keys
where person = any(%b::uuid[])

-- name: make
insert into keys.person_keys (person, wrapped, master)
select person, wrapped, %b::text
from unnest(%b::uuid[], %b::bytea[]) as made (person, wrapped)
on conflict (person, retention, volume) do nothing
returning person

-- A volume beside a care record that is not destroyed: held still, so that none outlives it.
-- name: begin
insert into keys.person_keys (person, retention, volume, wrapped, master)
select c.person, %b::text, %b::smallint, %b::bytea, %b::text
from keys.person_keys as c
where c.person = %b and c.retention = 'care' and c.wrapped is not null
for share
on conflict (person, retention, volume) do nothing
returning person

-- name: destroy
insert into keys.person_keys as k (person, wrapped, master, destroyed_at)
values (%b, null, %b::text, clock_timestamp())
on conflict (person, retention, volume) do update
set wrapped = null, destroyed_at = coalesce(k.destroyed_at, excluded.destroyed_at)

-- name: destroy_volumes
update keys.person_keys
set wrapped = null, destroyed_at = clock_timestamp()
where person = %b and retention <> 'care' and destroyed_at is null

-- Of what is kept so, the volumes before this one. The care record is no such thing.
-- name: destroy_before
update keys.person_keys
set wrapped = null, destroyed_at = clock_timestamp()
where person = %b and retention = %b and volume < %b and destroyed_at is null
and retention <> 'care'
returning volume

-- name: settled
select volume from keys.person_keys
where person = %b and retention = %b::text and wrapped is not null
    and made_at <= clock_timestamp() - make_interval(secs => %b)
order by volume desc
limit 1

-- name: standing
select k.person, k.retention, k.volume
from unnest(%b::uuid[], %b::text[], %b::smallint[]) as asked (person, retention, volume)
join keys.person_keys as k using (person, retention, volume)
where k.destroyed_at is null
order by k.person, k.retention, k.volume

-- name: every
select person, retention, volume, wrapped, master
from keys.person_keys
where wrapped is not null and (person, retention, volume) > (%b, %b::text, %b::smallint)
order by person, retention, volume
limit %b

-- name: rows
select person, retention, volume, wrapped, master, made_at, destroyed_at
from keys.person_keys
where (person, retention, volume) > (%b, %b::text, %b::smallint)
order by person, retention, volume
limit %b

-- What is there stays as it is: a key that was destroyed does not come back.
-- name: put_back
insert into keys.person_keys (person, retention, volume, wrapped, master, made_at, destroyed_at)
select * from unnest(
    %b::uuid[], %b::text[], %b::smallint[], %b::bytea[], %b::text[], %b::timestamptz[],
    %b::timestamptz[]
)
on conflict (person, retention, volume) do nothing
returning person

-- As they rested in the events' database. A key that is destroyed there is destroyed here too, and
-- none that is destroyed here comes back.
-- name: take_over
insert into keys.person_keys as k
    (person, retention, volume, wrapped, master, made_at, destroyed_at)
select * from unnest(
    %b::uuid[], %b::text[], %b::smallint[], %b::bytea[], %b::text[], %b::timestamptz[],
    %b::timestamptz[]
)
on conflict (person, retention, volume) do update
set wrapped = null, destroyed_at = excluded.destroyed_at
where k.destroyed_at is null and excluded.destroyed_at is not null

-- How many of these are here as they were there, or destroyed.
-- name: taken_over
select count(*)
from unnest(%b::uuid[], %b::text[], %b::smallint[], %b::bytea[], %b::text[])
    as o (person, retention, volume, wrapped, master)
join keys.person_keys as k using (person, retention, volume)
where k.wrapped is null or (k.wrapped = o.wrapped and k.master = o.master)

-- What was destroyed lies in the table's file until it is overwritten: the file is written anew.
-- name: rewrite
vacuum (full, analyze) keys.person_keys
