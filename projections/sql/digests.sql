-- name: told_until
select delivery.told_until()

-- name: open
select p.partner, p.number, d.day, d.last, d.chain, f.recorded_at
from share.partners as p
left join lateral (
    select day, last, chain from delivery.digests as d
    where d.partner = p.partner
    order by day desc
    limit 1
) as d on true
left join lateral (select delivery.began(p.partner) as recorded_at) as f on d.day is null
where p.number > 0
order by p.partner

-- name: close
insert into delivery.digests (partner, day, first, last, chain, leaves, signed)
select partner, day, first, last, chain, leaves, signed
from unnest(
    %b::uuid[], %b::date[], %b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[], %b::text[]
) as d (partner, day, first, last, chain, leaves, signed)
on conflict do nothing

-- name: publish_key
insert into delivery.digest_keys (id, public) values (%b, %b) on conflict do nothing

-- name: keys
select id, public from delivery.digest_keys order by since, id

-- name: after
select day, first, last, signed from delivery.digests
where partner = %b and day > %b::date
order by day
limit %b::bigint

-- name: of_day
select day, first, last, signed, leaves from delivery.digests where partner = %b and day = %b::date

-- name: persons
select number, person, substring(state for 3) from share.entries
where partner = %b and number between %b::bigint and %b::bigint and person is not null
order by number
