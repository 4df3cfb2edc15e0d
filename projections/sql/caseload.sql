-- name: rows
select c.partner, c.subject, c.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.caseload as c using (partner, subject)

-- name: rows_to_fold
select k.partner, k.subject, c.content, v.known_from, v.urgency, f.position
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
cross join views.kept_from as f
left join views.caseload as c on c.partner = k.partner and c.subject = k.subject
left join views.caseload_versions as v
    on v.partner = k.partner and v.subject = k.subject and v.known_until = 9223372036854775807
where f.name = 'caseload'

-- name: save
with saved as (
    insert into views.caseload
        (partner, subject, name, status, urgency, waiting_since, complexity, unimproved_since,
        unseen_since, content)
    select partner, subject, name, status, urgency, waiting_since, complexity, unimproved_since,
        unseen_since, content
    from unnest(
        %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::smallint[], %b::timestamptz[],
        %b::smallint[], %b::timestamptz[], %b::timestamptz[], %b::bytea[]
    ) as r (partner, subject, name, status, urgency, waiting_since, complexity, unimproved_since,
        unseen_since, content)
    on conflict (partner, subject) do update
    set name = excluded.name, status = excluded.status, urgency = excluded.urgency,
        waiting_since = excluded.waiting_since, complexity = excluded.complexity,
        unimproved_since = excluded.unimproved_since, unseen_since = excluded.unseen_since,
        content = excluded.content
)
insert into views.caseload_counts as known (partner, status, people)
select partner, status, people
from unnest(%b::uuid[], %b::text[], %b::bigint[]) as moved (partner, status, people)
order by partner, status  -- two that count the same never wait for each other
on conflict (partner, status) do update set people = known.people + excluded.people

-- Where none stands any more there is no row, as if none had ever stood there.

-- name: count_none
delete from views.caseload_counts as known
using unnest(%b::uuid[], %b::text[]) as moved (partner, status)
where known.partner = moved.partner and known.status = moved.status and known.people = 0

-- name: recount
with counted as (
    select partner, status, count(*) as people from views.caseload group by partner, status
), over as (
    delete from views.caseload_counts as known
    where not exists (
        select from counted where counted.partner = known.partner and counted.status = known.status
    )
)
insert into views.caseload_counts as known (partner, status, people)
select partner, status, people from counted
on conflict (partner, status) do update set people = excluded.people

-- name: page_by_urgency
select urgency, coalesce(waiting_since, 'infinity')::text, subject, content
from views.caseload
where partner = %(partner)s
    and (urgency, case when waiting_since is null then 'infinity' else waiting_since end, subject)
        > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
    and (cardinality(%(status)s::text[]) = 0 or status = any(%(status)s::text[]))
    and (cardinality(%(status)s::text[]) > 0 or status <> 'past')
    and (cardinality(%(complexity)s::smallint[]) = 0
        or complexity = any(%(complexity)s::smallint[]))
    and name ilike %(name)s
order by urgency, case when waiting_since is null then 'infinity' else waiting_since end, subject
limit %(limit)s

-- name: page_by_complexity
select complexity, coalesce(waiting_since, 'infinity')::text, subject, content
from views.caseload
where partner = %(partner)s
    and (complexity, case when waiting_since is null then 'infinity' else waiting_since end, subject)
        > (%(urgency)s::smallint, %(waiting)s::timestamptz, %(subject)s::uuid)
    and (cardinality(%(status)s::text[]) = 0 or status = any(%(status)s::text[]))
    and (cardinality(%(status)s::text[]) > 0 or status <> 'past')
    and (cardinality(%(complexity)s::smallint[]) = 0
        or complexity = any(%(complexity)s::smallint[]))
    and name ilike %(name)s
order by complexity, case when waiting_since is null then 'infinity' else waiting_since end, subject
limit %(limit)s

-- name: page_by_name
select name, subject, content
from views.caseload
where partner = %(partner)s
    and (name, subject) > (
        select name, subject from views.caseload
        where partner = %(partner)s and subject = %(after)s::uuid
        union all
        select '', '00000000-0000-0000-0000-000000000000'::uuid where %(after)s::uuid is null
    )
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
    and (name, subject) > (
        select name, subject from views.caseload
        where partner = %(partner)s and subject = %(after)s::uuid
        union all
        select '', '00000000-0000-0000-0000-000000000000'::uuid where %(after)s::uuid is null
    )
    and name <> ''
    and name ilike %(name)s
order by name, subject
limit %(limit)s

-- name: counts
select status, people from views.caseload_counts where partner = %s

-- name: one
select content from views.caseload where partner = %s and subject = %s

-- name: names
select subject, name from views.caseload where partner = %b and subject = any(%b::uuid[])

-- Each reason has its own index, and the longest of each reason come first.

-- name: to_discuss
select c.subject, c.content
from (
    (select subject from views.caseload
    where partner = %(partner)s and urgency = any(%(urgent)s::smallint[])
    order by urgency limit %(most)s)
    union
    (select subject from views.caseload
    where partner = %(partner)s and waiting_since < %(waiting)s and status <> 'past'
    order by waiting_since limit %(most)s)
    union
    (select subject from views.caseload
    where partner = %(partner)s and unimproved_since < %(unimproved)s
    order by unimproved_since limit %(most)s)
    union
    (select subject from views.caseload
    where partner = %(partner)s and unseen_since is not null
    order by complexity, unseen_since limit %(held)s)
    union
    (select subject from views.caseload
    where partner = %(partner)s and unseen_since > coalesce(%(before)s, '-infinity'::timestamptz)
    order by unseen_since desc limit %(held)s)
) as found
join views.caseload as c on c.partner = %(partner)s and c.subject = found.subject
