-- name: rows
select partner, meeting, content
from views.meetings
where (partner, meeting) in (select * from unnest(%b::uuid[], %b::uuid[]))
    or partner = any(%b::uuid[])

-- name: save
insert into views.meetings (partner, meeting, starts_at, content)
select partner, meeting, starts_at, content
from unnest(%b::uuid[], %b::uuid[], %b::timestamptz[], %b::bytea[])
    as r (partner, meeting, starts_at, content)
on conflict (partner, meeting) do update
set starts_at = excluded.starts_at, content = excluded.content

-- name: all
select content from views.meetings where partner = %s and starts_at is not null
order by starts_at desc
limit 100

-- name: one
select content from views.meetings where partner = %s and meeting = %s and starts_at is not null
