-- name: said
with shown as (
    select distinct on (p.month)
        p.id, p.month, p.position, p.published_at, p.restates is not null as restated,
        f.publication is not null as frozen
    from measured.publications as p
    left join measured.frozen as f on f.publication = p.id and f.frozen_at <= %(as_at)b
    where p.published_at <= %(as_at)b
        and p.month >= %(since)b and p.month <= %(until)b
    order by p.month, f.publication is null, p.published_at desc, p.id desc
)
select s.month, s.position, s.published_at, s.restated, s.frozen,
    l.measure, l.service, l.characteristic, l.value, l.counted, l."of"
from shown as s
join measured.lines as l on l.publication = s.id
where (%(service)b::text is null or l.service = %(service)b)
    and (%(characteristic)b::text is null or l.characteristic = %(characteristic)b)
    and (%(measures)b::text[] is null or l.measure = any(%(measures)b))
order by s.month, l.measure, l.service, l.characteristic, l.value

-- name: months
select distinct month from measured.publications order by month

-- name: services
select distinct l.service
from measured.lines as l
where l.publication in (
    select distinct on (month) id from measured.publications
    order by month, published_at desc, id desc
)
    and l.characteristic = 'everybody' and l.measure = 'accepted'  -- each service has this line
order by l.service

-- name: alone
select pg_try_advisory_lock(7310585026117892)

-- name: unhurried
select set_config('transaction_timeout', '0', false),
    set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '60s', false)

-- name: reached
select position from measured.reached

-- name: reach
update measured.reached set position = %b::bigint

-- name: named
select service, name from measured.services

-- name: name
insert into measured.services (service, name) values (%b, %b)
on conflict (service) do update set name = excluded.name

-- name: courses
select referral, person, course, months
from measured.courses
where referral = any(%b::uuid[]) or person = any(%b::uuid[])

-- name: telling
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where person = any(%b::uuid[]) and topic = any(%b::text[]) and position <= %b::bigint
order by position

-- name: keep
insert into measured.courses (referral, person, course, months)
values (%b, %b, %b::jsonb, %b::date[])
on conflict (referral) do update set course = excluded.course, months = excluded.months

-- name: leave_out
insert into measured.left_out (person) select unnest(%b::uuid[]) on conflict do nothing

-- name: count_again
delete from measured.left_out where person = any(%b::uuid[])

-- name: changed
insert into measured.months (month, changed) select unnest(%b::date[]), %b::bigint
on conflict (month) do update set changed = excluded.changed

-- name: due
select month from measured.months
where month < %b::date and (changed > counted or rules <> %b)
order by month

-- name: of_month
select c.referral, c.person, c.course
from measured.courses as c
where c.months @> array[%b::date]
    and not exists (select from measured.left_out as o where o.person = c.person)

-- name: last
select id from measured.publications where month = %b order by published_at desc, id desc limit 1

-- name: lines
select measure, service, characteristic, value, counted, "of"
from measured.lines where publication = %b

-- name: publish
insert into measured.publications (month, position, published_at, restates)
values (%b, %b, %b, %b) returning id

-- name: say
copy measured.lines (publication, measure, service, characteristic, value, counted, "of") from stdin

-- name: counted
update measured.months set counted = %b::bigint, rules = %b where month = %b

-- name: freeze
insert into measured.frozen (month, publication, frozen_by, frozen_at) values (%b, %b, %b, %b)
on conflict (month) do nothing

-- name: frozen
select f.publication, p.position, p.published_at, f.frozen_by, f.frozen_at
from measured.frozen as f join measured.publications as p on p.id = f.publication
where f.month = %b

-- name: publication
select position, published_at from measured.publications where id = %b

-- name: happenings
select which, person, happening, months
from measured.happenings
where which = any(%b::uuid[]) or person = any(%b::uuid[])

-- name: keep_happening
insert into measured.happenings (which, person, happening, months)
values (%b, %b, %b::jsonb, %b::date[])
on conflict (which) do update set happening = excluded.happening, months = excluded.months

-- name: happened_in
select h.which, h.person, h.happening
from measured.happenings as h
where h.months @> array[%b::date]
    and not exists (select from measured.left_out as o where o.person = h.person)
