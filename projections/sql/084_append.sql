-- An append of one intention, which is what everybody who asks does, without the detour of a batch:
-- its key is looked for and kept as one row, and one fact is written as one row. What it answers,
-- and the order of what it does, are those of log.record, which batches still go through.

create or replace function log.append(
    streams uuid[], versions integer[], topics text[], schemas smallint[], persons uuid[],
    labels text[], effective timestamptz[], practitioners uuid[], organisations uuid[],
    purposes text[], correlations uuid[], causations text[], intentions uuid[], states bytea[],
    asked_by uuid[], keys uuid[], digests bytea[], answers bytea[]
) returns setof log.intentions language plpgsql security definer
set search_path = pg_catalog, log
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    many constant bigint := cardinality(streams);
    own bigint := many;
    last bigint;
    moment timestamptz;
    answered log.intentions;
begin
    if cardinality(keys) <> 1 then
        return query select r.organisation, r.key, r.digest, r.answer, r.position, r.recorded_at
        from log.record(
            streams, versions, topics, schemas, persons, labels, effective, practitioners,
            organisations, purposes, correlations, causations, intentions, states,
            asked_by, keys, digests, answers, null
        ) as r;
        return;
    end if;

    -- First of all, and why no table lock: as log.record says.
    perform pg_advisory_xact_lock(7310585026117862);

    select i.organisation, i.key, i.digest, i.answer, i.position, i.recorded_at into answered
    from log.intentions as i
    where i.organisation = asked_by[1] and i.key = keys[1];
    if found then
        return next answered;
        return;
    end if;

    -- The clock may be set back; recorded time never goes back.
    update log.head
    set position = head.position + many,
        recorded_at = greatest(clock_timestamp(), head.recorded_at)
    returning head.position, head.recorded_at into last, moment;

    if many = 1 then
        insert into log.facts (
            position, stream, version, topic, schema, person, label, effective_at, recorded_at,
            practitioner, organisation, purpose, correlation, causation, intention, state
        )
        values (
            last, streams[1], versions[1], topics[1], schemas[1], persons[1], labels[1],
            effective[1], moment, practitioners[1], organisations[1], purposes[1],
            correlations[1], causations[1], intentions[1], states[1]
        );
    elsif many > 1 then
        insert into log.facts (
            position, stream, version, topic, schema, person, label, effective_at, recorded_at,
            practitioner, organisation, purpose, correlation, causation, intention, state
        )
        select last - many + place, stream, version, topic, schema, person, label, effective_at,
               moment, practitioner, organisation, purpose, correlation, causation, intention,
               state
        from unnest(
            streams, versions, topics, schemas, persons, labels, effective, practitioners,
            organisations, purposes, correlations, causations, intentions, states
        ) with ordinality as f (
            stream, version, topic, schema, person, label, effective_at, practitioner,
            organisation, purpose, correlation, causation, intention, state, place
        );
        -- The last of its own facts: others may be caused by it in somebody else's name.
        select coalesce(max(f.place), many) into own
        from unnest(organisations, intentions) with ordinality as f (organisation, key, place)
        where f.organisation = asked_by[1] and f.key = keys[1];
    end if;

    insert into log.intentions (organisation, key, digest, answer, position, recorded_at)
    values (asked_by[1], keys[1], digests[1], answers[1], last - many + own, moment);

    if many > 0 then
        perform pg_notify('throughcare_log', last::text);
    end if;
    return next (null::uuid, null::uuid, null::bytea, null::bytea, last, moment)::log.intentions;
end
$$;
