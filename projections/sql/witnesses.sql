-- name: keys
select key from tree.keys order by since, key

-- name: newest
select size, root, note, signed_at from tree.checkpoints
order by opening desc, size desc limit 1

-- name: witnessed
-- The newest checkpoint that anybody countersigned, with who did.
select c.note, s.line
from tree.checkpoints as c join tree.cosignatures as s using (opening, size)
where (opening, size) = (
    select opening, size from tree.cosignatures order by opening desc, size desc limit 1
)
order by s.witness

-- name: leaves
-- Some of a tile, if a checkpoint covers them.
select hash from tree.leaves
where position > %(first)b::bigint and position <= %(last)b::bigint
    and %(last)b::bigint <= (
        select size from tree.checkpoints order by opening desc, size desc limit 1
    )
order by position

-- name: subtrees
select hash from tree.subtrees
where level = %(level)b::smallint and index >= %(first)b::bigint and index < %(last)b::bigint
order by index

-- name: asked
-- Who is asked from now on, and nobody else.
with gone as (
    delete from tree.witnesses where name <> all(%(names)b::text[])
)
insert into tree.witnesses (name) select unnest(%(names)b::text[]) on conflict do nothing

-- name: signed_up_to
select coalesce(max(size), 0) from tree.cosignatures where witness = %b and opening = %b::smallint

-- name: keep
insert into tree.cosignatures (opening, size, witness, line)
values (%b::smallint, %b::bigint, %b, %b)
on conflict do nothing

-- name: tried
-- What a witness denied stands until it signs, though it cannot be asked meanwhile; what it said
-- of a log that has ended does not.
update tree.witnesses
set tried_at = clock_timestamp(), failure = %(failure)b::text, opening = %(opening)b::smallint,
    denied = case when %(failure)b::text is null then null
                  when opening = %(opening)b::smallint then coalesce(%(denied)b::text, denied)
                  else %(denied)b::text end,
    knows = case when %(failure)b::text is null then null
                 when %(denied)b::text is not null then %(knows)b::bigint
                 when opening = %(opening)b::smallint then knows end
where name = %(name)b

-- name: stand
-- Each witness, what it signed last, and since when the next checkpoint waits for it.
select w.name, coalesce(c.size, 0), c.at, w.failure,
       case when w.opening = o.opening then w.denied end,
       (
           select greatest(n.signed_at, w.since) from tree.checkpoints as n
           where n.opening = o.opening and n.size > coalesce(c.size, 0) order by n.size limit 1
       )
from (select coalesce(max(opening), 0) as opening from tree.origins) as o
cross join tree.witnesses as w
left join lateral (
    select s.size, s.at from tree.cosignatures as s
    where s.witness = w.name and s.opening = o.opening
    order by s.size desc limit 1
) as c on true
order by w.name

-- name: statements
select statement from tree.origins order by opening
