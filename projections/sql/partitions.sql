-- name: begin
insert into views.partitions (partition, next_offset, position)
select o.partition - 1, o.next_offset, p.position
from unnest(%b::bigint[]) with ordinality as o (next_offset, partition), views.positions as p
where p.name = 'share'

-- name: begin_numbers
insert into views.partition_numbers (partition, partner, number)
select c.partition, p.partner, p.number
from views.partitions as c cross join share.partners as p

-- name: put_back
update views.partitions as p
set next_offset = 0, owner = null
from unnest(%b::bigint[]) with ordinality as o (ends, partition)
where p.partition = o.partition - 1 and p.next_offset > o.ends

-- What all partitions have of a partner; one that has none of it yet counts.

-- name: least
select n.partner, min(n.number)
from views.partition_numbers as n
group by n.partner
having count(*) = (select count(*) from views.partitions)

-- name: head
select p.position, s.partner, s.number
from views.positions as p left join share.partners as s on true
where p.name = 'share'

-- name: next
select e.partner, e.number, e.position, e.person, e.subject, e.type, e.effective_at,
       e.recorded_at, e.backfill, e.state
from unnest(%b::uuid[], %b::bigint[], %b::bigint[]) as b (partner, number, up_to)
cross join lateral (
    select s.partner, s.number, s.position, s.person, s.subject, s.type, s.effective_at,
           s.recorded_at, s.backfill, s.state
    from share.entries as s
    where s.partner = b.partner and s.number > b.number and s.number <= b.up_to
    order by s.number
    limit %b::bigint
) as e
order by e.partner, e.number

-- Rows are locked in the order of their partitions, by whoever locks several.

-- name: claim
with held as (
    select partition from views.partitions
    where partition = any(%b::smallint[])
    order by partition
    for update
)
update views.partitions as p set owner = %b
from held where p.partition = held.partition
returning p.partition, p.next_offset

-- name: numbers
select partition, partner, number from views.partition_numbers
where partition = any(%b::smallint[])

-- name: lock
select p.partition
from views.partitions as p
join unnest(%b::smallint[], %b::uuid[]) as h (partition, owner)
    on h.partition = p.partition and h.owner = p.owner
order by p.partition
for update of p

-- name: parked
select p.subject from views.parked_persons as p where p.partition = any(%b::smallint[])

-- name: park
insert into views.parked_persons (partition, partner, subject, first, last, position, type, reason)
values (%b, %b, %b, %b, %b, %b, %b, %b)
on conflict (partner, subject) do update set last = excluded.last

-- name: advance
update views.partitions as p
set next_offset = n.next_offset, position = greatest(p.position, n.position),
    moved_at = clock_timestamp()
from unnest(%b::smallint[], %b::bigint[], %b::bigint[]) as n (partition, next_offset, position)
where p.partition = n.partition

-- name: advance_numbers
insert into views.partition_numbers (partition, partner, number)
select partition, partner, number
from unnest(%b::smallint[], %b::uuid[], %b::bigint[]) as n (partition, partner, number)
on conflict (partition, partner) do update set number = excluded.number

-- name: raise
with raised as (
    update views.positions as p
    set position = l.position, moved_at = clock_timestamp()
    from (select min(position) as position from views.partitions) as l
    where p.name = any(%b::text[]) and p.position < l.position
    returning p.position
)
select pg_notify('throughcare_share', max(position)::text) from raised having count(*) > 0

-- name: one
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number = %b::bigint

-- name: waiting
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %(partner)b and subject is not distinct from %(subject)b::uuid
    and number between %(first)b::bigint and %(last)b::bigint
order by number

-- name: lock_parked
select p.partition from views.parked_persons as w
join views.partitions as p on p.partition = w.partition
where w.id = %b
for update of p

-- name: unpark
delete from views.parked_persons where id = %b
returning partner, subject, first, last

-- name: cases
select id, partner, position, type, reason, parked_at from views.parked_persons order by position

-- name: lag
select partitions, behind, seconds, idle, parked from views.group_lag(%b::float8)

-- name: behind
select (select count(*) from views.partitions),
       (select count(*) from views.partitions where position < %(share)b::bigint),
       (select count(*) from views.parked_persons)

-- name: end
delete from views.partitions
