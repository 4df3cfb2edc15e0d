-- name: known
select exists (select from views.folded where name = %(name)b),
    exists (select from views.positions where name = %(name)b),
    exists (select from views.partitions)

-- Who builds holds the first together with others, who leads the building also the second; who
-- does anything else with what is beside holds the first alone.

-- name: together
select pg_try_advisory_lock_shared(hashtextextended('throughcare build ' || %b::text, 0))

-- name: leading
select pg_try_advisory_lock(hashtextextended('throughcare lead ' || %b::text, 0))

-- name: alone
select pg_try_advisory_lock(hashtextextended('throughcare build ' || %b::text, 0))

-- name: apart
select pg_advisory_unlock_all()

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
), numbers as (
    insert into views.build_numbers (name, partner, number)
    select m.name, p.partner, case when %(by_person)b then p.number else 0 end
    from made as m cross join share.partners as p
    returning name, partner, number
)
insert into views.build_lanes (name, partner, after, until)
select n.name, n.partner, l.after, l.until
from numbers as n
cross join lateral (
    select lag(b.until, 1, '00000000-0000-0000-0000-000000000000') over (order by b.until), b.until
    from (
        select (to_hex(digit) || repeat('f', 31))::uuid
        from generate_series(0, 15) as digit
        where digit = 15 or n.number > %(many)b::bigint
    ) as b (until)
) as l (after, until)
where %(by_person)b

-- name: make
select views.build_beside(%b)

-- name: analyse
select views.analyse_beside(%b)

-- name: reached
select partner, number from views.build_numbers where name = %b

-- name: whole
select not exists (select from views.build_lanes where name = %b)

-- name: lane
select l.partner, n.number, l.after, l.until
from views.build_lanes as l
join views.build_numbers as n on n.name = l.name and n.partner = l.partner
where l.name = %b
order by l.partner, l.until
limit 1
for update of l skip locked

-- name: anybodys_lane
select l.partner, n.number, l.after, l.until
from views.build_lanes as l
join views.build_numbers as n on n.name = l.name and n.partner = l.partner
where l.name = %b
order by l.partner, l.until
limit 1
for update of l

-- Some of a lane's people, in the order of their ids, each with all that was told of them.

-- name: persons
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number <= %b::bigint and subject > %b and subject <= %b
order by subject, number
limit %b::bigint

-- name: person
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number <= %b::bigint and subject = %b
order by number

-- name: nobody
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number <= %b::bigint and subject is null
order by number

-- name: went_on
update views.build_lanes set after = %b where name = %b and partner = %b and until = %b

-- name: ended
delete from views.build_lanes where name = %b and partner = %b and until = %b

-- name: told
insert into views.build_numbers (name, partner, number)
select %b, r.partner, r.number from unnest(%b::uuid[], %b::bigint[]) as r (partner, number)
on conflict (name, partner) do update set number = excluded.number

-- name: worked
update views.builds set entries = entries + %b::bigint, seconds = seconds + %b::float8
where name = %b

-- name: soon
select set_config('lock_timeout', '200ms', true)

-- name: change_places
select views.change_places(%b)

-- name: switched
update views.builds
set switched_at = case when %(back)b then null else clock_timestamp() end, blank = %(blank)b
where name = %(name)b

-- What is beside has all that the share had when the two changed places.

-- name: level
insert into views.build_numbers as n (name, partner, number)
select %(name)b, p.partner, p.number from share.partners as p
on conflict (name, partner) do update set number = excluded.number

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
