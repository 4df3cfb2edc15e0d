-- name: save
insert into views.ties (about, id, person, organisation, since)
select about, id, person, organisation, since
from unnest(%b::text[], %b::uuid[], %b::uuid[], %b::uuid[], %b::bigint[])
    as t (about, id, person, organisation, since)
on conflict (about, id) do update
set person = excluded.person, organisation = excluded.organisation, since = excluded.since

-- name: untie
delete from views.ties
where (about, id) in (select about, id from unnest(%b::text[], %b::uuid[]) as t (about, id))

-- name: leave
insert into views.gone (id, at) values (%b, %b) on conflict (id) do update set at = excluded.at

-- name: come_back
delete from views.gone where id = %b

-- name: loose
select t.about, t.id, t.person, t.organisation, t.since, g.at
from views.gone as g join views.ties as t on t.person = g.id
where g.at <= %b::timestamptz and t.about <> 'concern'
union
select t.about, t.id, t.person, t.organisation, t.since, g.at
from views.gone as g join views.ties as t on t.organisation = g.id
where g.at <= %b::timestamptz
order by 6, 1, 2

-- name: of_organisations
select about, id, person, organisation, since
from views.ties
where organisation = any(%b::uuid[]) and about <> 'referral'
order by organisation, about, id
