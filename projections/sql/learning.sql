-- name: unimproved
select content
from views.caseload
where partner = %(partner)s and unimproved_since < %(before)s and status <> 'past'
order by unimproved_since
limit %(most)s

-- name: coming
select content
from views.meetings
where partner = %(partner)s and starts_at > %(now)s
order by starts_at
limit %(most)s

-- Each of the three is searched for by its day.

-- name: undone
select a.content, c.name
from (
    (select item, coalesce(due_on, 'infinity') as day, content, subject from views.agreed
    where partner = %(partner)s and kind = 'decision' and state = 'awaited'
        and coalesce(due_on, 'infinity') <= %(waited)s::date
    order by coalesce(due_on, 'infinity'), item limit %(most)s)
    union all
    (select item, coalesce(due_on, 'infinity'), content, subject from views.agreed
    where partner = %(partner)s and kind = 'decision' and state = 'not implemented'
        and coalesce(due_on, 'infinity') between %(since)s::date and %(today)s::date
    order by coalesce(due_on, 'infinity'), item limit %(most)s)
    union all
    (select item, coalesce(due_on, 'infinity'), content, subject from views.agreed
    where partner = %(partner)s and kind = 'action' and state = 'to do'
        and coalesce(due_on, 'infinity') < %(today)s::date
    order by coalesce(due_on, 'infinity'), item limit %(most)s)
) as a
left join views.caseload as c on c.partner = %(partner)s and c.subject = a.subject
order by a.day, a.item
limit %(most)s

-- name: turned_back
select part, content
from views.referrals
where partner = %(partner)s and state in ('declined', 'information asked')
    and made_at >= %(since)s::timestamptz

-- Of each publication that is current, only what is said of everybody is read, service by service.

-- name: published
with shown as (
    select distinct on (p.month)
        p.id, p.month, p.position, p.published_at, p.restates is not null as restated,
        f.publication is not null as frozen
    from measured.publications as p
    left join measured.frozen as f on f.publication = p.id and f.frozen_at <= %(as_at)b
    where p.published_at <= %(as_at)b
    order by p.month, f.publication is null, p.published_at desc, p.id desc
)
select s.month, s.position, s.published_at, s.restated, s.frozen,
    l.measure, l.service, l.characteristic, l.value, l.counted, l."of"
from shown as s
cross join unnest(%(services)b::text[]) as v (service)
cross join lateral (
    select measure, service, characteristic, value, counted, "of" from measured.lines
    where publication = s.id and service = v.service and characteristic = 'everybody'
        and measure = any(%(measures)b::text[])
    offset 0
) as l
order by s.month
