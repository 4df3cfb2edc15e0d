-- The log: facts in one order without gaps, and the intentions that were already answered.

-- Whatever the owner makes, nobody else may run until it is granted.
alter default privileges revoke execute on functions from public;

create schema log;

create table log.facts (
    position      bigint      primary key,
    stream        uuid        not null,
    version       integer     not null check (version > 0),
    topic         text        not null,
    schema        smallint    not null,
    person        uuid,
    label         text        not null,
    effective_at  timestamptz not null,
    recorded_at   timestamptz not null,
    practitioner  uuid,       -- null: a system
    organisation  uuid        not null,
    purpose       text        not null,
    correlation   uuid        not null,
    causation     text,       -- "<stream>/<version>" of the fact that caused this one
    intention     uuid        not null,
    state         bytea       not null,
    unique (stream, version)
);

create index facts_of_person on log.facts (person, position) where person is not null;

create table log.intentions (
    organisation  uuid        not null,
    key           uuid        not null,
    digest        bytea       not null,
    answer        bytea       not null,
    position      bigint      not null,
    recorded_at   timestamptz not null,
    primary key (organisation, key)
);

-- One row counts the positions, inside the transaction that uses them: a refused append burns none.
create table log.head (
    only_row      boolean     primary key default true check (only_row),
    position      bigint      not null,
    recorded_at   timestamptz
) with (fillfactor = 10);

insert into log.head (position) values (0);

create function log.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'history is not rewritten: % on %.% is refused',
        tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation', hint = 'Record a new fact that corrects the old one.';
end
$$;

create trigger facts_are_kept before update or delete or truncate on log.facts
    for each statement execute function log.refuse_rewriting();
create trigger intentions_are_kept before update or delete or truncate on log.intentions
    for each statement execute function log.refuse_rewriting();
alter table log.facts enable always trigger facts_are_kept;
alter table log.intentions enable always trigger intentions_are_kept;

-- The body of both appends. It answers the intentions that were recorded before, and records
-- nothing; or it records everything and answers one row without a key: the last position and time.
-- It runs with generic plans, for planning anew would take a fifth of a call, and these look
-- intentions up by index even if they were made while the table was still empty.
create function log.record(
    streams uuid[], versions integer[], topics text[], schemas smallint[], persons uuid[],
    labels text[], effective timestamptz[], practitioners uuid[], organisations uuid[],
    purposes text[], correlations uuid[], causations text[], intentions uuid[], states bytea[],
    asked_by uuid[], keys uuid[], digests bytea[], answers bytea[],
    moments timestamptz[]
) returns setof log.intentions language plpgsql as $$
declare
    many constant bigint := cardinality(streams);
    previous timestamptz;
    last bigint;
    moment timestamptz;
begin
    -- First of all: what is read below is then the newest, and positions commit in their order.
    -- (Not a table lock: that one waits for, and deadlocks with, index builds and vacuum.)
    perform pg_advisory_xact_lock(7310585026117862);

    return query
        select earlier.organisation, earlier.key, earlier.digest, earlier.answer,
               earlier.position, earlier.recorded_at
        from unnest(asked_by, keys) with ordinality as asked (organisation, key, place)
        cross join lateral (
            select i.organisation, i.key, i.digest, i.answer, i.position, i.recorded_at
            from log.intentions as i
            where i.organisation = asked.organisation and i.key = asked.key
            limit 1
        ) as earlier
        order by asked.place;
    if found then
        return;
    end if;

    if moments is null then
        -- The clock may be set back; recorded time never goes back.
        update log.head
        set position = head.position + many,
            recorded_at = greatest(clock_timestamp(), head.recorded_at)
        returning head.position, head.recorded_at into last, moment;
    else
        select head.recorded_at into previous from log.head;
        if cardinality(moments) <> many or array_position(moments, null) is not null
            or moments[1] < previous
            or moments[many] > clock_timestamp()
            or exists (
                select from (
                    select told, lag(told) over (order by place) as before
                    from unnest(moments) with ordinality as m (told, place)
                ) as pairs
                where told < before
            )
        then
            raise exception 'a history is told in order: after what is recorded, not in the future'
                using errcode = 'invalid_parameter_value';
        end if;
        update log.head
        set position = head.position + many,
            recorded_at = coalesce(moments[many], head.recorded_at, clock_timestamp())
        returning head.position, head.recorded_at into last, moment;
    end if;

    insert into log.facts (
        position, stream, version, topic, schema, person, label, effective_at, recorded_at,
        practitioner, organisation, purpose, correlation, causation, intention, state
    )
    select last - many + place, stream, version, topic, schema, person, label, effective_at,
           coalesce(told, moment), practitioner, organisation, purpose, correlation, causation,
           intention, state
    from unnest(
        streams, versions, topics, schemas, persons, labels, effective, practitioners,
        organisations, purposes, correlations, causations, intentions, states, moments
    ) with ordinality as f (
        stream, version, topic, schema, person, label, effective_at, practitioner,
        organisation, purpose, correlation, causation, intention, state, told, place
    );

    insert into log.intentions (organisation, key, digest, answer, position, recorded_at)
    select asked.organisation, asked.key, asked.digest, asked.answer,
           last - many + coalesce(own.place, many),
           coalesce(moments[own.place], moment)
    from unnest(asked_by, keys, digests, answers) as asked (organisation, key, digest, answer)
    left join (
        select f.organisation, f.key, max(f.place) as place
        from unnest(organisations, intentions) with ordinality as f (organisation, key, place)
        group by f.organisation, f.key
    ) as own using (organisation, key);

    if many > 0 then
        perform pg_notify('throughcare_log', last::text);
    end if;
    return query select null::uuid, null::uuid, null::bytea, null::bytea, last, moment;
end
$$;

create function log.append(
    streams uuid[], versions integer[], topics text[], schemas smallint[], persons uuid[],
    labels text[], effective timestamptz[], practitioners uuid[], organisations uuid[],
    purposes text[], correlations uuid[], causations text[], intentions uuid[], states bytea[],
    asked_by uuid[], keys uuid[], digests bytea[], answers bytea[]
) returns setof log.intentions language plpgsql security definer
set search_path = pg_catalog, log
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query select r.organisation, r.key, r.digest, r.answer, r.position, r.recorded_at
    from log.record(
        streams, versions, topics, schemas, persons, labels, effective, practitioners,
        organisations, purposes, correlations, causations, intentions, states,
        asked_by, keys, digests, answers, null
    ) as r;
end
$$;

-- For the demo community and for histories brought from elsewhere: recorded time is told.
create function log.append_history(
    streams uuid[], versions integer[], topics text[], schemas smallint[], persons uuid[],
    labels text[], effective timestamptz[], practitioners uuid[], organisations uuid[],
    purposes text[], correlations uuid[], causations text[], intentions uuid[], states bytea[],
    asked_by uuid[], keys uuid[], digests bytea[], answers bytea[],
    moments timestamptz[]
) returns setof log.intentions language plpgsql security definer
set search_path = pg_catalog, log
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
    return query select r.organisation, r.key, r.digest, r.answer, r.position, r.recorded_at
    from log.record(
        streams, versions, topics, schemas, persons, labels, effective, practitioners,
        organisations, purposes, correlations, causations, intentions, states,
        asked_by, keys, digests, answers, coalesce(moments, '{}')
    ) as r;
end
$$;

grant usage on schema log to throughcare_serve, throughcare_project, throughcare_seed;
grant select on log.facts, log.intentions, log.head
    to throughcare_serve, throughcare_project, throughcare_seed;
grant execute on function log.append to throughcare_serve;
grant execute on function log.append_history to throughcare_seed;
