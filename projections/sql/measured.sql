-- name: said
with shown as (
    select distinct on (p.month)
        p.id, p.month, p.position, p.published_at, p.restates is not null as restated,
        f.publication is not null as frozen
    from measured.publications as p
    left join measured.frozen as f on f.publication = p.id and f.frozen_at <= %(as_at)b
    where p.published_at <= %(as_at)b
        and p.month >= %(since)b and p.month <= %(until)b
    order by p.month, f.publication is null, p.published_at desc, p.id desc
)
select s.month, s.position, s.published_at, s.restated, s.frozen,
    l.measure, l.service, l.characteristic, l.value, l.counted, l."of"
from shown as s
join measured.lines as l on l.publication = s.id
where (%(service)b::text is null or l.service = %(service)b)
    and (%(characteristic)b::text is null or l.characteristic = %(characteristic)b)
    and (%(measures)b::text[] is null or l.measure = any(%(measures)b))
order by s.month, l.measure, l.service, l.characteristic, l.value

-- name: months
select distinct month from measured.publications order by month

-- name: services
select distinct l.service
from measured.lines as l
where l.publication in (
    select distinct on (month) id from measured.publications
    order by month, published_at desc, id desc
)
order by l.service
