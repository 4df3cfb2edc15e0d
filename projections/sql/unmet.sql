-- name: of_subjects
select u.partner, u.id, u.subject, u.waiting, u.service, u.step, u.why, u.need, u.practice,
       u.at, u.position, u.met_at, u.met_position
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.unmet as u using (partner, subject)

-- name: services
select kind, state from views.directory where kind = 'service' and stream = any(%b::uuid[])

-- name: save
insert into views.unmet (partner, id, subject, waiting, service, step, why, need, practice, at,
                         position, met_at, met_position)
select partner, id, subject, waiting, service, step, why, need, practice, at, position, met_at,
       met_position
from unnest(
    %b::uuid[], %b::uuid[], %b::uuid[], %b::boolean[], %b::uuid[], %b::smallint[], %b::text[],
    %b::text[], %b::uuid[], %b::timestamptz[], %b::bigint[], %b::timestamptz[], %b::bigint[]
) as u (partner, id, subject, waiting, service, step, why, need, practice, at, position, met_at,
        met_position)
on conflict (partner, id) do update
set subject = excluded.subject, waiting = excluded.waiting,
    service = excluded.service, step = excluded.step, why = excluded.why, at = excluded.at,
    position = excluded.position, met_at = excluded.met_at, met_position = excluded.met_position

-- name: forget
delete from views.unmet
where (partner, id) in (select partner, id from unnest(%b::uuid[], %b::uuid[]) as u (partner, id))

-- name: of_partner
select partner, id, subject, waiting, service, step, why, need, practice, at, position,
       met_at, met_position
from views.unmet
where partner = %s and not waiting and position <= %s

-- name: of_the_place
select partner, id, subject, waiting, service, step, why, need, practice, at, position,
       met_at, met_position
from views.unmet_of_the_place(%s)
