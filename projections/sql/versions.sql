-- name: told
select e.partner, e.number, e.position, e.person, e.subject, e.type, e.effective_at, e.recorded_at,
       e.backfill, e.state
from unnest(%b::uuid[], %b::uuid[], %b::bigint[]) as k (partner, subject, number)
join share.entries as e
    on e.partner = k.partner and e.subject = k.subject and e.number <= k.number
order by e.partner, e.number

-- name: forget
delete from views.caseload_versions as v
using unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
where v.partner = k.partner and v.subject = k.subject
returning v.partner, v.known_from, v.known_until, v.urgency

-- name: keep
insert into views.caseload_versions
    (partner, subject, known_from, known_until, waiting, urgency, complexity, name, packed)
select partner, subject, known_from, known_until, coalesce(waiting, 'infinity'), urgency,
       complexity, name, packed
from unnest(
    %b::uuid[], %b::uuid[], %b::bigint[], %b::bigint[], %b::timestamptz[], %b::smallint[],
    %b::smallint[], %b::text[], %b::bytea[]
) as r (partner, subject, known_from, known_until, waiting, urgency, complexity, name, packed)
on conflict (partner, subject, known_until) do update
set known_from = excluded.known_from, waiting = excluded.waiting, urgency = excluded.urgency,
    complexity = excluded.complexity, name = excluded.name, packed = excluded.packed

-- name: count
insert into views.caseload_changes as c (partner, span, bucket, urgency, many)
select partner, span, bucket, urgency, many
from unnest(%b::uuid[], %b::smallint[], %b::bigint[], %b::smallint[], %b::integer[])
    as n (partner, span, bucket, urgency, many)
on conflict (partner, span, bucket, urgency) do update
set many = c.many + excluded.many

-- name: uncount
delete from views.caseload_changes as c
using unnest(%b::uuid[], %b::smallint[], %b::bigint[], %b::smallint[])
    as n (partner, span, bucket, urgency)
where c.partner = n.partner and c.span = n.span and c.bucket = n.bucket and c.urgency = n.urgency
    and c.many = 0

-- name: keep_from
update views.kept_from as k set position = greatest(k.position, coalesce((
    select least(f.position, p.position)
    from log.facts as f cross join views.positions as p
    where f.recorded_at <= %b and p.name = 'caseload'
    order by f.recorded_at desc, f.position desc
    limit 1
), 0))
where k.name = 'caseload'

-- name: let_go
delete from views.caseload_versions as v
using (
    select o.partner, o.subject, o.known_until
    from views.caseload_versions as o
    where o.known_until <= (select position from views.kept_from where name = 'caseload')
        and o.known_until < 9223372036854775807
    order by o.known_until
    limit %b
) as o
where v.partner = o.partner and v.subject = o.subject and v.known_until = o.known_until
returning v.partner, v.known_from, v.known_until, v.urgency

-- name: moment
select b.position, k.position, coalesce(log.position_at(%s::timestamptz), 0)
from views.positions as b, views.kept_from as k
where b.name = 'caseload' and k.name = 'caseload'

-- name: page_by_urgency
with page as (
    select k.urgency, k.waiting, k.subject, k.known_until
    from unnest(%(cells)s::bigint[]) as c (cell)
    cross join lateral (
        select v.urgency, v.waiting, v.subject, v.known_until
        from views.caseload_versions as v
        where v.partner = %(partner)s and v.cell = c.cell
            and v.known_from <= %(position)s::bigint and v.known_until > %(position)s::bigint
            and (v.urgency, v.waiting, v.subject)
                > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
            and v.urgency = any(%(ranks)s::smallint[])
            and (cardinality(%(complexity)s::smallint[]) = 0
                or v.complexity = any(%(complexity)s::smallint[]))
            and (%(pattern)s::text is null or (v.name ilike %(pattern)s::text
                and not exists (select from share.erased(array[v.subject]))))
        order by v.urgency, v.waiting, v.subject
        limit %(limit)s
    ) as k
    order by k.urgency, k.waiting, k.subject
    limit %(limit)s
)
select p.subject, v.packed, l.content, p.subject in (
        select share.erased((select array_agg(subject) from page))
    )
from page as p
join views.caseload_versions as v
    on v.partner = %(partner)s and v.subject = p.subject and v.known_until = p.known_until
left join views.caseload as l
    on l.partner = %(partner)s and l.subject = p.subject and v.packed is null
order by p.urgency, p.waiting, p.subject

-- name: page_by_complexity
with page as (
    select k.complexity, k.waiting, k.subject, k.known_until
    from unnest(%(cells)s::bigint[]) as c (cell)
    cross join lateral (
        select v.complexity, v.waiting, v.subject, v.known_until
        from views.caseload_versions as v
        where v.partner = %(partner)s and v.cell = c.cell
            and v.known_from <= %(position)s::bigint and v.known_until > %(position)s::bigint
            and (v.complexity, v.waiting, v.subject)
                > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
            and v.urgency = any(%(ranks)s::smallint[])
            and (cardinality(%(complexity)s::smallint[]) = 0
                or v.complexity = any(%(complexity)s::smallint[]))
            and (%(pattern)s::text is null or (v.name ilike %(pattern)s::text
                and not exists (select from share.erased(array[v.subject]))))
        order by v.complexity, v.waiting, v.subject
        limit %(limit)s
    ) as k
    order by k.complexity, k.waiting, k.subject
    limit %(limit)s
)
select p.subject, v.packed, l.content, p.subject in (
        select share.erased((select array_agg(subject) from page))
    )
from page as p
join views.caseload_versions as v
    on v.partner = %(partner)s and v.subject = p.subject and v.known_until = p.known_until
left join views.caseload as l
    on l.partner = %(partner)s and l.subject = p.subject and v.packed is null
order by p.complexity, p.waiting, p.subject

-- name: page_by_name
with page as (
    select v.name, v.subject, v.packed
    from views.caseload_versions as v
    where v.partner = %(partner)s
        and v.known_from <= %(position)s::bigint and v.known_until > %(position)s::bigint
        and (%(after)s::uuid is null or (v.name, v.subject) > (
            select w.name, w.subject from views.caseload_versions as w
            where w.partner = %(partner)s and w.subject = %(after)s::uuid
                and w.known_from <= %(position)s::bigint and w.known_until > %(position)s::bigint
        ))
        and v.urgency = any(%(ranks)s::smallint[])
        and (cardinality(%(complexity)s::smallint[]) = 0
            or v.complexity = any(%(complexity)s::smallint[]))
        and (%(pattern)s::text is null or (v.name ilike %(pattern)s::text
            and not exists (select from share.erased(array[v.subject]))))
    order by v.name, v.subject
    limit %(limit)s
)
select p.subject, p.packed, l.content, p.subject in (
        select share.erased((select array_agg(subject) from page))
    )
from page as p
left join views.caseload as l
    on l.partner = %(partner)s and l.subject = p.subject and p.packed is null
order by p.name, p.subject

-- name: counts
-- Summed in each stretch first: so it is looked up by the table's key and never read as a whole.
select s.urgency, sum(s.many)::bigint
from unnest(%(spans)s::smallint[], %(lows)s::bigint[], %(highs)s::bigint[]) as r (span, low, high)
cross join lateral (
    select c.urgency, sum(c.many) as many
    from views.caseload_changes as c
    where c.partner = %(partner)s and c.span = r.span and c.bucket >= r.low and c.bucket < r.high
    group by c.urgency
) as s
group by s.urgency
having sum(s.many) <> 0
