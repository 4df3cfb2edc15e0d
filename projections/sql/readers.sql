-- name: read
insert into delivery.readers as reader (partner, way, number, at)
values (%(partner)b, %(way)b, %(number)b::bigint, %(at)b)
on conflict (partner, way) do update
set number = greatest(reader.number, excluded.number), at = greatest(reader.at, excluded.at)

-- name: every
select partner, way, number, newest, at, waits_since from delivery.reading()
