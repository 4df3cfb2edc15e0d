-- What an export for mining asks of the log, as the role that audits.

-- name: withheld
-- Who and what is left out, in the order it was said.
select topic, person, state
from log.facts
where topic = any(array['person:UseObjectedTo', 'person:UseObjectionLifted', 'person:ItemSealed',
                        'person:ItemUnsealed', 'person:PersonErased'])
    and position <= %b::bigint
order by position

-- name: pathways
-- Whose way through the steps was ever opened, in the order of that.
select person
from log.facts
where topic = 'pathway:PathwayOpened' and position <= %b::bigint
order by position

-- name: directory
-- Everybody who helps, and with what. A fact's columns are in the order of StoredFact's fields.
select stream, version, topic, state, schema, person, label, effective_at, practitioner,
       organisation, purpose, correlation, causation, intention, position, recorded_at
from log.facts
where (topic like 'partner:%%' or topic like 'service:%%') and position <= %b::bigint
order by position
