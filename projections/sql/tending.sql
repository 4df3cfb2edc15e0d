-- name: beside
select view, built, unfinished, entries, of, seconds, switched_at from operating.views_beside()

-- name: newest
select distinct on (view) id, view, what, why, asked_by, asked_at, begun_at, done, of, ended_at,
    outcome, said
from operating.asked
order by view, number desc

-- name: last
select id, view, what, why, asked_by, asked_at, begun_at, done, of, ended_at, outcome, said
from operating.asked
order by number desc
limit %b::bigint

-- name: ask
insert into operating.asked (id, view, what, why, asked_by) values (%b, %b, %b, %b, %b)
on conflict (id) do nothing

-- name: alone
select pg_try_advisory_lock(hashtextextended('throughcare tend', 0))

-- name: next
select id, view, what, why, asked_by, asked_at, begun_at, done, of, ended_at, outcome, said
from operating.asked
where ended_at is null
order by number
limit 1

-- name: begin
update operating.asked set begun_at = coalesce(begun_at, clock_timestamp()) where id = %b

-- name: heard
update operating.asked set done = %b::bigint, of = %b::bigint where id = %b

-- name: end
update operating.asked set ended_at = clock_timestamp(), outcome = %b, said = %b where id = %b

-- name: switched_at
select switched_at from views.builds where name = %b
