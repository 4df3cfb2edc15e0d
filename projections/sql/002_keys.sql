-- Persons' keys, each wrapped by the master key that never comes here. Destroyed: wrapped is null.

create schema keys;

create table keys.person_keys (
    person        uuid        primary key,
    wrapped       bytea,
    master        text        not null,  -- which master key wrapped it
    made_at       timestamptz not null default clock_timestamp(),
    destroyed_at  timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
)
-- A destroyed key stays in the table's file until vacuum: the next round takes it, not the
-- thousandth change.
with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

grant usage on schema keys to throughcare_keys;
grant select, insert, update on keys.person_keys to throughcare_keys;
