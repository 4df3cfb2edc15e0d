-- name: of_person
select position from log.facts where person = %b::uuid and position <= %b::bigint

-- name: of_period
select position from log.facts
where recorded_at >= %b::timestamptz and recorded_at < %b::timestamptz and position <= %b::bigint

-- name: of_facts
select f.stream, f.version, f.position from unnest(%b::uuid[], %b::integer[]) as g (stream, version)
join log.facts as f using (stream, version)
where f.position <= %b::bigint

-- name: told_in
select partner, type, min(recorded_at), max(recorded_at), count(*) from share.entries
where position >= %b::bigint and position <= %b::bigint
group by partner, type

-- name: keep
insert into looks.packs (id, organisation, account, practitioner, key, asked, about, subject,
    decision, since, until, size, facts, entries, looks, digest)
values (%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b)

-- name: asked
select asked from looks.packs where practitioner = %b::uuid and key = %b::uuid limit 1
