-- Who looked, at whom and why: written before the answer is sent, never changed, read by the audit.

create schema looks;

create sequence looks.numbers;

create table looks.looks (
    number       bigint      primary key default nextval('looks.numbers'),
    at           timestamptz not null default clock_timestamp(),
    kind         text        not null
                 check (kind in ('view', 'search', 'export', 'stream', 'emergency')),
    organisation uuid        not null,   -- for which one looked
    practitioner uuid,                   -- nobody: a partner's system, or somebody at the machine
    account      text,                   -- the login of somebody at the machine
    role         text        not null,
    purpose      text        not null,
    route        text        not null,   -- the pattern of an address, never the address
    request      uuid        not null,
    position     bigint,                 -- of the log, as far as the answer shows it
    first        bigint,                 -- of the share: the numbers that were handed out
    last         bigint,
    persons      uuid[]      not null,
    check (practitioner is null or account is null)
);

create index looks_of_organisation on looks.looks (organisation, at, number);
create index looks_of_practitioner on looks.looks (practitioner, at, number)
    where practitioner is not null;
create index looks_by_time on looks.looks using brin (at);

create table looks.persons (
    person uuid   not null,
    number bigint not null,
    primary key (person, number)
);

create function looks.refuse_rewriting() returns trigger language plpgsql as $$
begin
    raise exception 'who looked is not rewritten: % on looks is refused', tg_op
        using errcode = 'restrict_violation', hint = 'What was seen was seen.';
end
$$;

create trigger looks_are_kept before update or delete or truncate on looks.looks
    for each statement execute function looks.refuse_rewriting();
alter table looks.looks enable always trigger looks_are_kept;
create trigger persons_are_kept before update or delete or truncate on looks.persons
    for each statement execute function looks.refuse_rewriting();
alter table looks.persons enable always trigger persons_are_kept;

revoke all on function looks.refuse_rewriting() from public;
grant usage on schema looks to throughcare_serve, throughcare_audit;
grant usage on sequence looks.numbers to throughcare_serve;
grant insert on looks.looks, looks.persons to throughcare_serve;
grant select on looks.looks, looks.persons to throughcare_audit;
