-- Persons' keys, each wrapped by the master key that never comes here. Destroyed: wrapped is null.
--
-- A person has a key for each volume of what is kept of them: one for the care record, and for
-- anything else one after another, each destroyed when it has been kept for as long as it must be.

create schema keys;

create table keys.person_keys (
    person        uuid        not null,
    retention     text        not null default 'care',
    volume        smallint    not null default 0 check (volume between 0 and 255),
    wrapped       bytea,
    master        text        not null,  -- which master key wrapped it
    made_at       timestamptz not null default clock_timestamp(),
    destroyed_at  timestamptz,
    primary key (person, retention, volume),
    check (retention <> 'care' or volume = 0),
    check ((wrapped is null) = (destroyed_at is not null))
)
-- A destroyed key stays in the table's file until vacuum: the next round takes it, not the
-- thousandth change.
with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- The planner keeps no sample of keys, so that no destroyed one stays in its statistics.
alter table keys.person_keys alter column wrapped set statistics 0;

grant usage on schema keys, public to throughcare_keys;
grant select, insert, update on keys.person_keys to throughcare_keys;
grant select on public.throughcare_migrations to throughcare_keys;
