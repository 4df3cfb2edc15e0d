-- name: hold
insert into delivery.held as h (partner, subject, number, position, type, reason)
values (%(partner)b, %(subject)b, %(number)b::bigint, %(position)b::bigint, %(type)b, %(reason)b)
on conflict (partner, subject) do update
set number = excluded.number, position = excluded.position, type = excluded.type,
    reason = excluded.reason
where excluded.number < h.number
returning id

-- name: numbers
select held_numbers from delivery.held_numbers(%b)

-- name: newest_and_numbers
select coalesce((select max(number) from share.entries where partner = %b), 0),
    array(select held_numbers from delivery.held_numbers(%b))

-- name: newest_told
select coalesce((
    select e.number
    from share.entries as e
    where e.partner = %b and not exists (
        select from delivery.held as h
        where h.partner = e.partner and h.subject = coalesce(e.subject, e.partner)
            and h.number <= e.number
    )
    order by e.number desc
    limit 1
), 0)

-- name: cases
select id, partner, subject, number, position, type, reason, held_at from delivery.held
order by held_at, id

-- name: case
select id, partner, subject, number, position, type, reason, held_at from delivery.held where id = %b

-- name: entries
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries
where partner = %b and number >= %b::bigint and coalesce(subject, partner) = %b::uuid
order by number

-- name: give
delete from delivery.held where id = %b
