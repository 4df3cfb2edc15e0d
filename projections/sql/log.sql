-- What is asked of the log. A fact's columns are in the order of the fields of StoredFact, which is
-- made from a row as it stands. Statements with $1, $2 … are those of `projections.prepared`.

-- name: append
select organisation, key, digest, answer, position, recorded_at
from log.append(
    $1::uuid[], $2::integer[], $3::text[], $4::smallint[], $5::uuid[], $6::text[],
    $7::timestamptz[], $8::uuid[], $9::uuid[], $10::text[], $11::uuid[], $12::text[], $13::uuid[],
    $14::bytea[], $15::uuid[], $16::uuid[], $17::bytea[], $18::bytea[]
)

-- name: append_history
select organisation, key, digest, answer, position, recorded_at
from log.append_history(
    $1::uuid[], $2::integer[], $3::text[], $4::smallint[], $5::uuid[], $6::text[],
    $7::timestamptz[], $8::uuid[], $9::uuid[], $10::text[], $11::uuid[], $12::text[], $13::uuid[],
    $14::bytea[], $15::uuid[], $16::uuid[], $17::bytea[], $18::bytea[], $19::timestamptz[]
)

-- name: earlier
select organisation, key, digest, answer, position, recorded_at
from log.intentions
where organisation = $1 and key = $2

-- name: opening
-- An intention if it was asked before; if not, a stream's facts, a row each, or one row without any.
-- (The offset keeps the condition where it spares the search for facts.)
select f.stream, f.version, f.topic, f.state, f.schema, f.person, f.label, f.effective_at,
       f.practitioner, f.organisation, f.purpose, f.correlation, f.causation, f.intention,
       f.position, f.recorded_at,
       i.organisation, i.key, i.digest, i.answer, i.position, i.recorded_at
from (values (true)) as asked (once)
left join log.intentions as i on i.organisation = $1 and i.key = $2
left join lateral (
    select stream, version, topic, state, schema, person, label, effective_at, practitioner,
           organisation, purpose, correlation, causation, intention, position, recorded_at
    from log.facts
    where i.key is null and stream = $3
    offset 0
) as f on true
order by f.version

-- name: head
select position from log.head

-- name: stream_forward
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = $1 and version > $2::bigint and version <= $3::bigint
order by version
limit $4::bigint

-- name: stream_backward
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = $1 and version > $2::bigint and version <= $3::bigint
order by version desc
limit $4::bigint

-- name: notifications
select stream, version, topic, state, position
from log.facts
where position > %b::bigint and position <= %b::bigint
    and (cardinality(%b::text[]) = 0 or topic = any(%b::text[]))
order by position
limit %b::bigint

-- name: read_after
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where position > %b::bigint
order by position
limit %b::bigint

-- name: read_on
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where position > (select position from views.positions where name = 'share')
order by position
limit %b::bigint

-- name: of_persons
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where person = any(%b::uuid[]) and position <= %b::bigint
order by position

-- name: streams_of
select stream, split_part(min(topic), ':', 1)
from log.facts
where person = %b
group by stream
order by min(position)

-- name: of_case
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where (person = %b or (stream = %b and person is null)) and position <= %b::bigint
order by position

-- name: of_streams
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = any(%b::uuid[]) or person = any(%b::uuid[])
order by position
