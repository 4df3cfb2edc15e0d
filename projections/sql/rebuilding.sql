-- name: known
select exists (select from views.folded where name = %(name)b),
    exists (select from views.positions where name = %(name)b),
    exists (select from views.partitions)

-- name: alone
select pg_try_advisory_lock(hashtextextended('throughcare build ' || %b::text, 0))

-- name: unhurried
select set_config('transaction_timeout', '0', false),
    set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '60s', false)

-- name: tables
select t from views.tables_of(%b) as t

-- name: build
select entries, seconds, switched_at, blank from views.builds where name = %b

-- A view that cannot be folded person by person is folded as it comes, from the first number on.

-- name: begin
with made as (
    insert into views.builds (name) values (%(name)b) returning name
)
insert into views.build_numbers (name, partner, number, whole)
select m.name, p.partner, case when %(by_person)b then p.number else 0 end, not %(by_person)b
from made as m cross join share.partners as p

-- name: make
select views.build_beside(%b)

-- name: analyse
select views.analyse_beside(%b)

-- name: partners
select partner, number, subject, whole from views.build_numbers where name = %b order by partner

-- A piece of one partner's people, in the order of their ids, each with all that was told of them.

-- name: persons
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject > %b and number <= %b::bigint
order by subject, number
limit %b::bigint

-- name: person
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject = %b and number <= %b::bigint
order by number

-- name: nobody
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and subject is null and number <= %b::bigint
order by number

-- name: went_on
with folded as (
    update views.builds set entries = entries + %(entries)b::bigint, seconds = seconds + %(seconds)b
    where name = %(name)b
    returning name
)
insert into views.build_numbers as n (name, partner, number, subject, whole)
select f.name, k.partner, k.number, k.subject, k.whole
from folded as f
cross join unnest(
    %(partners)b::uuid[], %(numbers)b::bigint[], %(subjects)b::uuid[], %(whole)b::boolean[]
) as k (partner, number, subject, whole)
on conflict (name, partner) do update
set number = excluded.number, subject = excluded.subject, whole = excluded.whole

-- name: soon
select set_config('lock_timeout', '500ms', true)

-- name: change_places
select views.change_places(%b)

-- name: switched
update views.builds
set switched_at = case when %(back)b then null else clock_timestamp() end, blank = %(blank)b
where name = %(name)b

-- What is beside has all that the share had when the two changed places.

-- name: level
insert into views.build_numbers as n (name, partner, number, whole)
select %(name)b, p.partner, p.number, true from share.partners as p
on conflict (name, partner) do update set number = excluded.number, whole = true

-- name: appear
insert into views.positions (name, position) values (%(name)b, %(position)b::bigint)

-- name: disappear
delete from views.positions where name = %b

-- name: drop
select views.drop_beside(%b)

-- name: forget
delete from views.builds where name = %b

-- name: parts
select partner, part, many, hash from views.parts_of(%b, %b)

-- name: rows
select key, hash from views.rows_of(%b, %b, %b, %b)
