-- Which evidence packs were made, of whom or what, and what each held; the look says who made it.

create table looks.packs (
    id           uuid        primary key,
    made_at      timestamptz not null default clock_timestamp(),
    organisation uuid        not null,
    account      text        not null,   -- the login of whoever made it at the machine
    about        text        not null check (about in ('person', 'decision', 'period')),
    subject      uuid,                   -- the person as the organisation knows them
    decision     uuid,
    since        timestamptz,
    until        timestamptz,
    size         bigint      not null,   -- of the checkpoint that it is proved by
    facts        bigint      not null,
    entries      bigint      not null,
    looks        bigint      not null,
    digest       bytea       not null check (octet_length(digest) = 32)  -- of its pack.json
);

create trigger packs_are_kept before update or delete or truncate on looks.packs
    for each statement execute function looks.refuse_rewriting();
alter table looks.packs enable always trigger packs_are_kept;

grant insert on looks.packs to throughcare_serve;
grant select on looks.packs to throughcare_audit;
