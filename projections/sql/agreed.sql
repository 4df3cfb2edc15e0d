-- name: of_subjects
select a.partner, a.item, a.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.agreed as a using (partner, subject)

-- name: save
insert into views.agreed (partner, item, subject, kind, owner, state, due_on, content)
select partner, item, subject, kind, owner, state, due_on, content
from unnest(
    %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::date[], %b::bytea[]
) as a (partner, item, subject, kind, owner, state, due_on, content)
on conflict (partner, item) do update
set owner = excluded.owner, state = excluded.state, due_on = excluded.due_on,
    content = excluded.content

-- name: forget
delete from views.agreed
where (partner, item) in (select * from unnest(%b::uuid[], %b::uuid[]))

-- name: all
select a.content, c.name
from views.agreed as a
left join views.caseload as c on c.partner = a.partner and c.subject = a.subject
where a.partner = %(partner)s and a.kind = %(kind)s and a.state = any(%(states)s::text[])
    and (%(owner)s::uuid is null or a.owner = %(owner)s::uuid)
order by coalesce(a.due_on, 'infinity'), a.item
limit %(limit)s

-- name: one
select content from views.agreed where partner = %s and item = %s
