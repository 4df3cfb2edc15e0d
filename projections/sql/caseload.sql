-- name: rows
select c.partner, c.subject, c.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.caseload as c using (partner, subject)

-- name: save
insert into views.caseload
    (partner, subject, name, status, urgency, waiting_since, complexity, content)
select partner, subject, name, status, urgency, waiting_since, complexity, content
from unnest(
    %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::smallint[], %b::timestamptz[],
    %b::smallint[], %b::bytea[]
) as r (partner, subject, name, status, urgency, waiting_since, complexity, content)
on conflict (partner, subject) do update
set name = excluded.name, status = excluded.status, urgency = excluded.urgency,
    waiting_since = excluded.waiting_since, complexity = excluded.complexity,
    content = excluded.content

-- name: page_by_urgency
select urgency, coalesce(waiting_since, 'infinity')::text, subject, content
from views.caseload
where partner = %(partner)s
    and (urgency, coalesce(waiting_since, 'infinity'), subject)
        > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
    and (cardinality(%(status)s::text[]) = 0 or status = any(%(status)s::text[]))
    and (cardinality(%(status)s::text[]) > 0 or status <> 'past')
    and (cardinality(%(complexity)s::smallint[]) = 0
        or complexity = any(%(complexity)s::smallint[]))
    and name ilike %(name)s
order by urgency, coalesce(waiting_since, 'infinity'), subject
limit %(limit)s

-- name: page_by_complexity
select complexity, coalesce(waiting_since, 'infinity')::text, subject, content
from views.caseload
where partner = %(partner)s
    and (complexity, coalesce(waiting_since, 'infinity'), subject)
        > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
    and (cardinality(%(status)s::text[]) = 0 or status = any(%(status)s::text[]))
    and (cardinality(%(status)s::text[]) > 0 or status <> 'past')
    and (cardinality(%(complexity)s::smallint[]) = 0
        or complexity = any(%(complexity)s::smallint[]))
    and name ilike %(name)s
order by complexity, coalesce(waiting_since, 'infinity'), subject
limit %(limit)s

-- name: page_by_name
select name, subject, content
from views.caseload
where partner = %(partner)s
    and (%(after)s::uuid is null or (name, subject) > (
        select name, subject from views.caseload
        where partner = %(partner)s and subject = %(after)s::uuid
    ))
    and (cardinality(%(status)s::text[]) = 0 or status = any(%(status)s::text[]))
    and (cardinality(%(status)s::text[]) > 0 or status <> 'past')
    and (cardinality(%(complexity)s::smallint[]) = 0
        or complexity = any(%(complexity)s::smallint[]))
    and name ilike %(name)s
order by name, subject
limit %(limit)s

-- name: page_of_names
select subject, name
from views.caseload
where partner = %(partner)s
    and (%(after)s::uuid is null or (name, subject) > (
        select name, subject from views.caseload
        where partner = %(partner)s and subject = %(after)s::uuid
    ))
    and name <> ''
    and name ilike %(name)s
order by name, subject
limit %(limit)s

-- name: counts
select status, count(*) from views.caseload where partner = %s group by status

-- name: one
select content from views.caseload where partner = %s and subject = %s

-- name: names
select subject, name from views.caseload where partner = %b and subject = any(%b::uuid[])

-- name: held_open
select c.content
from views.caseload as c
where c.partner = %s and c.status <> 'past'
