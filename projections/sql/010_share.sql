-- The share: what each partner was told, in order, with its own numbers; and who is involved.

create schema share;

create table share.partners (
    partner uuid primary key,
    number  bigint not null          -- the last number given
);

create table share.entries (
    partner      uuid        not null,
    number       bigint      not null check (number > 0),
    position     bigint      not null,   -- the fact that caused the telling
    person       uuid,                   -- under whose key the entry rests
    subject      uuid,                   -- the person as this partner knows them
    type         text        not null,
    effective_at timestamptz not null,
    recorded_at  timestamptz not null,
    backfill     boolean     not null,
    state        bytea       not null,
    primary key (partner, number)
);

create index entries_of_subject on share.entries (partner, subject, number);
create index entries_by_position on share.entries (position);

-- Whom a partner may speak of: its own id for a person, and whose it is.
create table share.subjects (
    partner uuid not null,
    subject uuid not null,
    person  uuid not null,
    primary key (partner, subject)
);

create table share.circles (
    person      uuid    primary key,
    open        boolean not null,
    responsible uuid,
    state       bytea   not null
);

create index circles_by_holder on share.circles (responsible) where open;

create table share.identifiers (
    blind  bytea not null,
    person uuid  not null,
    primary key (blind, person)
);

-- A person (or, of the directory, a stream) whose facts cannot be folded: their case waits alone.
create table share.parked (
    case_id   uuid        primary key,
    position  bigint      not null,
    topic     text        not null,
    reason    text        not null,
    parked_at timestamptz not null default clock_timestamp()
);

create index facts_by_time on log.facts (recorded_at, position);

create function share.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'what a partner was told is not rewritten: % on share.entries is refused', tg_op
        using errcode = 'restrict_violation', hint = 'A changed mind is a new entry.';
end
$$;

create trigger entries_are_kept before update or delete or truncate on share.entries
    for each statement execute function share.refuse_rewriting();
alter table share.entries enable always trigger entries_are_kept;

grant usage on schema share to throughcare_serve, throughcare_project;
grant select on share.partners, share.entries, share.subjects, share.circles, share.identifiers,
    share.parked to throughcare_serve;
grant select, insert on share.entries, share.subjects, share.identifiers to throughcare_project;
grant select, insert, update on share.partners, share.circles to throughcare_project;
grant select, insert, update, delete on share.parked to throughcare_project;
