-- What partners answer: their messages as they came, sealed, and what became of each, in order.

create schema inbox;

-- How far each partner's inbox is: outcomes told, and where its topic goes on.
create table inbox.partners (
    partner      uuid   primary key,
    number       bigint not null default 0,  -- of its last outcome: 1, 2, 3 … without a gap
    next_offset  bigint  -- of its topic; null before anything came by it
);

create table inbox.messages (
    id           uuid        primary key,
    partner      uuid        not null,
    name         text        not null check (length(name) between 1 and 200),  -- the partner's own id
    type         text        not null check (length(type) <= 100),  -- '' when it is none that is taken
    via          text        not null check (via in ('http', 'kafka', 'webhook')),
    said         bytea       not null check (length(said) = 32),  -- the hash of what it says
    sha256       bytea       not null check (length(sha256) = 32),  -- the hash of its bytes
    person       uuid        not null,  -- under whose key the bytes rest; its own where none is known
    original     bytea,  -- null once there is no key to keep it under
    received_at  timestamptz not null,
    state        text        not null default 'kept'
        check (state in ('kept', 'waiting', 'done', 'refused', 'dead')),
    until        timestamptz  -- when what waits has waited long enough
);

create index messages_by_name on inbox.messages (partner, name);
create index messages_that_wait on inbox.messages (partner, received_at)
    where state in ('kept', 'waiting');

-- Every outcome a message ever had; the last one counts.
create table inbox.outcomes (
    partner  uuid        not null,
    number   bigint      not null,
    message  uuid        not null references inbox.messages,
    outcome  text        not null check (outcome in ('waiting', 'done', 'refused', 'dead')),
    at       timestamptz not null,
    position bigint,  -- in the log, of what was done
    answer   jsonb       not null,  -- what was answered, or why not; nobody's details
    primary key (partner, number)
);

create index outcomes_of_message on inbox.outcomes (message, number desc);

select share.wall('inbox.partners', 'partner');
select share.wall('inbox.messages', 'partner');
select share.wall('inbox.outcomes', 'partner');

-- Whose messages have no last outcome yet, for the process that sees to them.
create function inbox.unsettled() returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
    select distinct m.partner from inbox.messages as m where m.state in ('kept', 'waiting')
$$;

revoke all on all tables in schema inbox from public;
revoke all on function inbox.unsettled from public;
grant usage on schema inbox to throughcare_serve;
grant select, insert, update on inbox.partners to throughcare_serve;
grant select, insert on inbox.messages, inbox.outcomes to throughcare_serve;
grant update (state, until, person, original) on inbox.messages to throughcare_serve;
grant execute on function inbox.unsettled to throughcare_serve;
