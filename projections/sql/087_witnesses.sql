-- Who outside is asked to countersign checkpoints, and what the last try came to. Where a witness
-- says that the history it knew is taken back, that stays until it signs again.

create table tree.witnesses (
    name     text        primary key,
    since    timestamptz not null default clock_timestamp(),
    tried_at timestamptz,
    failure  text,
    denied   text
);

create index on tree.cosignatures (witness, size);

-- Those that are named no more are asked no more; what they signed stays.
grant select, insert, update (tried_at, failure, denied), delete on tree.witnesses
    to throughcare_relay;
grant select on tree.witnesses to throughcare_serve, throughcare_audit, throughcare_tree;
