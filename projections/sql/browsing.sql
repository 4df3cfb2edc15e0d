-- What an audit asks of the log. Nothing here reads more of it than one page's worth: a person's and
-- a stream's facts by their indexes, and others between two numbers that are near each other.

-- name: of_person
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where person = %(person)s::uuid and position between %(first)s::bigint and %(last)s::bigint
    and (%(stream)s::uuid is null or stream = %(stream)s::uuid)
    and (%(topic)s::text is null or topic = %(topic)s::text)
    and (%(actor)s::uuid is null or %(actor)s::uuid in (practitioner, organisation))
    and (%(correlation)s::uuid is null or correlation = %(correlation)s::uuid)
order by position desc
limit %(limit)s

-- name: of_stream
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %(stream)s::uuid and position between %(first)s::bigint and %(last)s::bigint
    and (%(topic)s::text is null or topic = %(topic)s::text)
    and (%(actor)s::uuid is null or %(actor)s::uuid in (practitioner, organisation))
    and (%(correlation)s::uuid is null or correlation = %(correlation)s::uuid)
order by position desc
limit %(limit)s

-- name: between
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where position between %(first)s::bigint and %(last)s::bigint
    and (%(topic)s::text is null or topic = %(topic)s::text)
    and (%(actor)s::uuid is null or %(actor)s::uuid in (practitioner, organisation))
    and (%(correlation)s::uuid is null or correlation = %(correlation)s::uuid)
order by position desc
limit %(limit)s

-- name: bounds
-- The first number recorded since a time, and the last one recorded before another.
select coalesce(
           case when %(since)s::timestamptz is null then 1 else (
               select position from log.facts where recorded_at >= %(since)s::timestamptz
               order by recorded_at, position limit 1
           ) end,
           (select position + 1 from log.head)),
       case when %(until)s::timestamptz is null then (select position from log.head) else coalesce((
           select position from log.facts where recorded_at < %(until)s::timestamptz
           order by recorded_at desc, position desc limit 1
       ), 0) end

-- name: stream
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %(stream)s::uuid and version > %(after)s::integer
order by version
limit %(limit)s

-- name: one
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %(stream)s::uuid and version = %(version)s::integer

-- name: caused
-- What names a fact as its cause: of the same person or stream, or recorded soon after it.
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where person = %(person)s::uuid and position > %(position)s::bigint and causation = %(name)s
union
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = %(stream)s::uuid and position > %(position)s::bigint and causation = %(name)s
union
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where position > %(position)s::bigint and position <= %(position)s::bigint + %(soon)s::bigint
    and causation = %(name)s
order by position
limit %(limit)s

-- name: beside_as_recorded
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = any(%(streams)s::uuid[]) and position > %(after)s::bigint
order by position
limit %(limit)s

-- name: beside_as_happened
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where stream = any(%(streams)s::uuid[])
    and (%(after)s::bigint = 0 or (effective_at, position)
        > (select f.effective_at, f.position from log.facts as f where f.position = %(after)s::bigint))
order by effective_at, position
limit %(limit)s

-- name: removed
-- That somebody was erased, or that something of them was kept for long enough.
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where person = any(%(persons)s::uuid[])
    and topic in ('person:PersonErased', 'person:KeptNoLonger')
order by position

-- name: told
select partner, count(*) from share.entries where position = %(position)s::bigint
group by partner
