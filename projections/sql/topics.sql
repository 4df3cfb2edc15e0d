-- name: standing
select t.partner, t.generation, t.first, t.position, t.gone_at is not null
from delivery.topics as t
where t.partner = any(%b::uuid[])
    and t.generation = (select max(n.generation) from delivery.topics as n
                        where n.partner = t.partner)

-- name: current
select generation from delivery.topics
where partner = %b and gone_at is null
order by generation desc
limit 1

-- name: begin
insert into delivery.topics (partner, generation, first, position, why)
select %(partner)b::uuid, coalesce(max(generation), 0) + 1, %(first)b::bigint, %(position)b::bigint,
    %(why)b::text
from delivery.topics where partner = %(partner)b::uuid
on conflict do nothing

-- name: left_behind
delete from delivery.parked where partner = %(partner)b and number < %(first)b::bigint

-- name: cases_left_behind
delete from delivery.parked_cases as c
where c.partner = %(partner)b
    and not exists (
        select from delivery.parked as p where p.partner = c.partner and p.subject = c.subject
    )

-- name: narrowed
select number, position from delivery.narrowed(%b, %b, %b)

-- name: holds
select delivery.holds(%b, %b, %b::bigint, %b::bigint)

-- name: over
select t.partner, t.generation
from delivery.topics as t
where t.gone_at is null
    and (not t.partner = any(%b::uuid[])
        or t.generation < (select max(n.generation) from delivery.topics as n
                           where n.partner = t.partner))

-- name: gone
update delivery.topics set gone_at = clock_timestamp()
where partner = %b and generation = %b and gone_at is null

-- name: reached
update delivery.topics as t
set reached = r.reached, reached_at = clock_timestamp()
from unnest(%b::uuid[], %b::integer[], %b::bigint[]) as r (partner, generation, reached)
where t.partner = r.partner and t.generation = r.generation

-- name: lag
select topics, entries, seconds, parked from delivery.lag()

-- name: next
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from (
    select partner, number, position, person, subject, type, effective_at, recorded_at, backfill,
        state, sum(octet_length(state)) over (order by number) as bytes
    from (
        select partner, number, position, person, subject, type, effective_at, recorded_at,
            backfill, state
        from share.entries
        where partner = %(partner)b and number > %(after)b::bigint
        order by number
        limit %(most)b::bigint
    ) as few
) as counted
where bytes <= %(bytes)b::bigint or number = %(after)b::bigint + 1
order by number

-- name: numbered
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number = any(%b::bigint[])
order by number

-- name: parked_of
select partner, subject from delivery.parked_cases where partner = any(%b::uuid[])

-- name: park_case
insert into delivery.parked_cases (partner, subject, number, position, type, reason)
values (%b, %b, %b, %b, %b, %b)
on conflict (partner, subject) do nothing

-- name: park
insert into delivery.parked (partner, number, subject)
select %b, number, subject from unnest(%b::bigint[], %b::uuid[]) as w (number, subject)
on conflict do nothing

-- name: held
select number from delivery.parked where partner = %b order by number

-- name: asked
select id, partner, subject, trying_from from delivery.parked_cases
where asked_at is not null
order by asked_at

-- name: waiting
select number from delivery.parked
where partner = %b and subject = %b and number <= %b::bigint
order by number
limit %b

-- name: trying
update delivery.parked_cases set trying_from = %b where id = %b

-- name: not_yet
update delivery.parked_cases set asked_at = null, reason = %b where id = %b

-- name: told
delete from delivery.parked where partner = %b and number = any(%b::bigint[])

-- name: healed
delete from delivery.parked_cases as c
where c.id = %b
    and not exists (
        select from delivery.parked as p where p.partner = c.partner and p.subject = c.subject
    )

-- name: cases
select id, partner, number, position, type, reason, parked_at, asked_at
from delivery.parked_cases
order by parked_at, id

-- name: ask
update delivery.parked_cases set asked_at = clock_timestamp() where id = %b returning id
