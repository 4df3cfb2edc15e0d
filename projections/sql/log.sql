-- What is asked of the log. A fact's columns are in the order of the fields of StoredFact, which is
-- made from a row as it stands.

-- name: append
select organisation, key, digest, answer, position, recorded_at
from log.append(
    %b::uuid[], %b::integer[], %b::text[], %b::smallint[], %b::uuid[], %b::text[],
    %b::timestamptz[], %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::uuid[],
    %b::bytea[], %b::uuid[], %b::uuid[], %b::bytea[], %b::bytea[]
)

-- name: append_history
select organisation, key, digest, answer, position, recorded_at
from log.append_history(
    %b::uuid[], %b::integer[], %b::text[], %b::smallint[], %b::uuid[], %b::text[],
    %b::timestamptz[], %b::uuid[], %b::uuid[], %b::text[], %b::uuid[], %b::text[], %b::uuid[],
    %b::bytea[], %b::uuid[], %b::uuid[], %b::bytea[], %b::bytea[], %b::timestamptz[]
)

-- name: earlier
select organisation, key, digest, answer, position, recorded_at
from log.intentions
where organisation = %b and key = %b

-- name: head
select position from log.head

-- name: stream_forward
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %b and version > %b::bigint and version <= %b::bigint
order by version
limit %b::bigint

-- name: stream_backward
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %b and version > %b::bigint and version <= %b::bigint
order by version desc
limit %b::bigint

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
