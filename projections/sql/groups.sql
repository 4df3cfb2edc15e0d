-- name: of_subjects
select g.partner, g.subject, g.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.groups as g using (partner, subject)

-- name: save
insert into views.groups (partner, programme, subject, content)
select partner, programme, subject, content
from unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::bytea[])
    as g (partner, programme, subject, content)
on conflict (partner, programme, subject) do update
set content = excluded.content

-- name: forget
delete from views.groups
where (partner, subject) in (select * from unnest(%b::uuid[], %b::uuid[]))

-- name: register
select g.content, c.name
from views.groups as g
left join views.caseload as c on c.partner = g.partner and c.subject = g.subject
where g.partner = %s and g.programme = %s
order by c.name, g.subject
