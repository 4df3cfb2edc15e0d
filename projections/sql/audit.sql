-- name: of_person
select l.number, l.at, l.kind, l.organisation, l.practitioner, l.account, l.role, l.purpose, l.route,
    l.request, l.position, l.first, l.last, l.read_for,
    l.persons
from looks.persons as p
join looks.looks as l using (number)
where p.person = %(person)s and p.number < %(before)s::bigint
    and (%(organisation)s::uuid is null or l.organisation = %(organisation)s::uuid)
    and (%(practitioner)s::uuid is null or l.practitioner = %(practitioner)s::uuid)
    and l.at >= %(since)s and l.at < %(until)s
order by p.number desc
limit %(limit)s

-- name: of_practitioner
select number, at, kind, organisation, practitioner, account, role, purpose, route, request,
    position, first, last, read_for, persons
from looks.looks
where practitioner = %(practitioner)s
    and (%(organisation)s::uuid is null or organisation = %(organisation)s::uuid)
    and at >= %(since)s and (at, number) < (
        coalesce((select at from looks.looks where number = %(before)s::bigint), %(until)s),
        %(before)s::bigint)
order by at desc, number desc
limit %(limit)s

-- name: of_organisation
select number, at, kind, organisation, practitioner, account, role, purpose, route, request,
    position, first, last, read_for, persons
from looks.looks
where organisation = %(organisation)s
    and at >= %(since)s and (at, number) < (
        coalesce((select at from looks.looks where number = %(before)s::bigint), %(until)s),
        %(before)s::bigint)
order by at desc, number desc
limit %(limit)s

-- name: of_everybody
select number, at, kind, organisation, practitioner, account, role, purpose, route, request,
    position, first, last, read_for, persons
from looks.looks
where at >= %(since)s and (at, number) < (
        coalesce((select at from looks.looks where number = %(before)s::bigint), %(until)s),
        %(before)s::bigint)
order by at desc, number desc
limit %(limit)s

-- name: seen
select at, practitioner, organisation, kind,
    case when kind = 'search' or cardinality(persons) <= %(few)s::int then persons else '{}' end
from looks.looks
where practitioner is not null and kind in ('view', 'search', 'emergency')
    and (%(organisation)s::uuid is null or organisation = %(organisation)s::uuid)
    and at >= %(since)s and at < %(until)s
order by at desc
limit %(limit)s

-- name: told_last
select c.partner, c.subject, (
    select e.effective_at from share.entries as e
    where e.partner = c.partner and e.subject = c.subject
    order by e.number desc limit 1
)
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.caseload as c using (partner, subject)
where c.status = 'past'

-- name: told_of
select s.partner, e.type, min(e.recorded_at), max(e.recorded_at), count(*)
from share.subjects as s
join share.entries as e on e.partner = s.partner and e.subject = s.subject
where s.person = %s
group by s.partner, e.type

-- name: acknowledged
select distinct on (w.partner) w.partner, w.acknowledged_at
from share.subjects as s
join views.withdrawals as w on w.partner = s.partner and w.subject = s.subject
where s.person = %s
order by w.partner, w.number desc

-- name: circle
select convert_from(state, 'UTF8') from share.circles where person = %s
