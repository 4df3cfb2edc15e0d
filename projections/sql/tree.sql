-- What is asked of the tree over the log. The columns of a fact are those of `verifier.COLUMNS`.

-- name: size
select coalesce(max(position), 0) from tree.leaves

-- name: facts
-- Facts in order, each with the leaves it links to, and with its own as it stands.
select f.position, f.stream, f.version, f.topic, f.schema, f.person, f.label, f.effective_at,
       f.recorded_at, f.practitioner, f.organisation, f.purpose, f.correlation, f.causation,
       f.intention, f.state,
       coalesce(before.hash, decode(repeat('00', 32), 'hex')) as previous,
       coalesce(own.hash, decode(repeat('00', 32), 'hex')) as previous_of_person,
       leaf.hash as leaf
from log.facts as f
left join tree.leaves as leaf on leaf.position = f.position
left join lateral (
    select l.hash from log.facts as p join tree.leaves as l on l.position = p.position
    where p.stream = f.stream and p.version = f.version - 1 and p.position < f.position
    limit 1
) as before on true
left join lateral (
    select l.hash
    from (
        select p.position from log.facts as p
        where p.person = f.person and p.position < f.position
        order by p.position desc
        limit 1
    ) as last
    join tree.leaves as l on l.position = last.position
) as own on true
where f.position > %b::bigint and f.position <= %b::bigint
order by f.position

-- name: hashes
select hash from tree.leaves where position > %b::bigint and position <= %b::bigint
order by position

-- name: subtrees
select hash from tree.subtrees
where level = %b::smallint and index >= %b::bigint and index < %b::bigint
order by index

-- name: keep_subtrees
insert into tree.subtrees (level, index, hash)
select * from unnest(%b::smallint[], %b::bigint[], %b::bytea[])

-- name: keep_checkpoint
with kept as (
    insert into tree.checkpoints (opening, size, root, note)
    values (%b::smallint, %b::bigint, %b::bytea, %b::text)
    returning size
)
select pg_notify('throughcare_checkpoint', size::text) from kept

-- name: newest
select size, root, note, signed_at, opening from tree.checkpoints
order by opening desc, size desc limit 1

-- name: covering
-- The first checkpoint over a position, which a proof of it needs the fewest hashes for.
select size, root, note, signed_at, opening from tree.checkpoints
where size >= %b::bigint and opening = (select coalesce(max(opening), 0) from tree.origins)
order by size limit 1

-- name: checkpoints
select size, root, note from tree.checkpoints order by opening, size

-- name: refuse
update tree.signing
set refused = %(reason)b::text,
    since = case when %(reason)b::text is null then null
                 else coalesce(since, clock_timestamp()) end
where refused is distinct from %(reason)b::text

-- name: denials
-- What witnesses say was taken back, but for those that we have a checkpoint of as many leaves for.
select name, denied from tree.witnesses
where denied is not null and (knows is null or knows > %b::bigint) and opening = %b::smallint
order by name

-- name: stands
select coalesce((select max(position) from tree.leaves), 0) as size,
       coalesce(c.size, 0) as signed,
       coalesce(extract(epoch from clock_timestamp() - c.signed_at), 0)::float8 as age,
       coalesce(extract(epoch from clock_timestamp()
           - log.recorded_at(coalesce(c.size, 0) + 1)), 0)::float8 as waiting,
       s.refused, s.since
from tree.signing as s
left join lateral (
    select size, signed_at from tree.checkpoints order by opening desc, size desc limit 1
) as c on true

-- name: publish_key
insert into tree.keys (key) values (%b::text) on conflict do nothing

-- name: keys
select key from tree.keys order by since

-- name: persons
select distinct person from log.facts
where position >= %b::bigint and position <= %b::bigint and person is not null

-- name: witnessed
-- Under which a fact is proved best; a line for each witness.
select c.size, c.root, c.note, c.signed_at, c.opening, w.line
from (
    select opening, size from tree.cosignatures
    where size >= %b::bigint and opening = (select coalesce(max(opening), 0) from tree.origins)
    order by opening desc, size desc limit 1
) as last
join tree.checkpoints as c using (opening, size)
join tree.cosignatures as w using (opening, size)
order by w.witness

-- name: openings
-- The log's other names since the first, the oldest first.
select opening, origin, ended, statement from tree.origins order by opening

-- name: reopen
insert into tree.origins
    (opening, origin, opened_at, size, shared, ended, because, opened_by, approved_by, statement)
values (%(opening)b::smallint, %(origin)b, %(opened_at)b::timestamptz, %(size)b::bigint,
        %(shared)b::bigint, %(ended)b, %(because)b, %(opened_by)b, %(approved_by)b, %(statement)b)

-- name: now
select clock_timestamp()
