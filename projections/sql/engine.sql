-- name: lease
select position, exists (select from views.partitions), moved_at,
    array(select name from views.positions)
from views.positions where name = 'share' for update

-- The same where there is something to fold; else nothing is held, and nothing has to reach the disk.

-- name: turn
select position, exists (select from views.partitions), moved_at,
    array(select name from views.positions)
from views.positions
where name = 'share' and position < (select position from log.head)
for update

-- name: positions
select h.position as head, p.name, p.position,
    h.position - p.position as behind,
    case when p.position >= h.position then 0.0
         else extract(epoch from clock_timestamp() - coalesce(
             log.recorded_at(p.position + 1),
             clock_timestamp()))
    end::float8 as seconds,
    extract(epoch from clock_timestamp() - p.moved_at)::float8 as still
from views.positions as p cross join log.head as h
order by p.name

-- name: shown
select min(position) from views.positions

-- name: glance
select max(position) filter (where name = 'directory'), min(position) from views.positions

-- name: move
with moved as (
    update views.positions set position = %(position)b::bigint, moved_at = clock_timestamp()
    where name = any(%(names)b::text[])
    returning name, moved_at
)
select moved_at, pg_notify('throughcare_share', %(position)b::bigint::text)
from moved where name = 'share'

-- name: at_time
select position from log.position_at(%s) as known (position) where position is not null

-- name: grow
select tree.grow(%b::bigint)
