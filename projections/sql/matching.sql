-- name: alike
select blind, person from share.alike(%b::bytea[])

-- name: remember
insert into share.identifiers (blind, person)
select blind, person from unnest(%b::bytea[], %b::uuid[]) as i (blind, person)
on conflict do nothing

-- name: of_persons
select id, one, other, verdict, state, since, position
from views.matches
where one = any(%b::uuid[]) or other = any(%b::uuid[])

-- name: save
insert into views.matches (id, one, other, verdict, state, since, position)
select id, one, other, verdict, state, since, position
from unnest(
    %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::bigint[]
) as m (id, one, other, verdict, state, since, position)
on conflict (id) do update
set verdict = excluded.verdict, state = excluded.state, since = excluded.since,
    position = excluded.position

-- name: forget
delete from views.matches where id = any(%b::uuid[])

-- name: known_to
select m.id, m.one, m.other, m.verdict, m.state, m.since, c.content, d.content
from views.matches as m
join share.subjects as s on s.person = m.one and s.partner = %(partner)s
join views.caseload as c on c.partner = s.partner and c.subject = s.subject
join share.subjects as t on t.person = m.other and t.partner = %(partner)s
join views.caseload as d on d.partner = t.partner and d.subject = t.subject
where m.state = any(%(states)s::text[]) and (%(match)s::uuid is null or m.id = %(match)s)
order by m.since, m.id

-- name: all
select id, one, other, verdict, state, since
from views.every_match(%(states)s::text[], %(match)s::uuid)
