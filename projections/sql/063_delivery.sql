-- How partners are told that there is news: where to, signed with what, what was sent, what came of
-- it. A message says up to which number there is news; what is told stays in the share.

create schema if not exists delivery;

-- What the host of the place said of hosts, in its order; the last word on a host counts.
create table delivery.hosts (
    number  bigint      generated always as identity primary key,
    partner uuid        not null,
    host    text        not null check (host ~ '^[a-z0-9.-]{1,253}(:[1-9][0-9]{0,4})?$'),
    allowed boolean     not null,
    said_at timestamptz not null,
    said_by uuid        not null
);

create index hosts_of_partner on delivery.hosts (partner, host, number);

create table delivery.endpoints (
    id       uuid        primary key,
    partner  uuid        not null,
    name     text        not null,
    url      text        not null,
    made_at  timestamptz not null,
    made_by  uuid        not null,
    state    text        not null default 'active'
             check (state in ('active', 'paused', 'disabled', 'ended')),
    state_at timestamptz not null,
    why      text        not null default '',  -- it is disabled
    told     bigint      not null default 0,   -- the newest number it acknowledged news up to
    tried    bigint      not null default 0,   -- the newest number that news was sent up to
    failures smallint    not null default 0,   -- tries in a row that came to nothing
    last_at  timestamptz,                      -- of the last try
    due_at   timestamptz                       -- of the next one; null: as soon as there is news
);

create index endpoints_of_partner on delivery.endpoints (partner, made_at);

-- Two may be good at once, while a partner changes from one to the other.
create table delivery.secrets (
    id       uuid        primary key,
    endpoint uuid        not null references delivery.endpoints,
    partner  uuid        not null,
    sealed   bytea       not null,
    made_at  timestamptz not null,
    made_by  uuid        not null,
    ends_at  timestamptz
);

create index secrets_of_endpoint on delivery.secrets (endpoint, made_at);

create table delivery.messages (
    id       uuid        primary key,
    number   bigint      generated always as identity unique,
    endpoint uuid        not null references delivery.endpoints,
    partner  uuid        not null,
    type     text        not null
             check (type in ('share.News.v1', 'share.Replay.v1', 'share.Test.v1')),
    up_to    bigint      not null,
    body     bytea       not null,             -- the same bytes at each try
    made_at  timestamptz not null,
    state    text        not null default 'waiting'
             check (state in ('waiting', 'delivered', 'superseded', 'given up')),
    state_at timestamptz not null,
    again    boolean     not null default false  -- it was asked for again
);

create index messages_of_endpoint on delivery.messages (endpoint, number);
create index messages_to_send on delivery.messages (endpoint) where state = 'waiting' or again;

create table delivery.attempts (
    number   bigint      generated always as identity primary key,
    message  uuid        not null references delivery.messages on delete cascade,
    endpoint uuid        not null references delivery.endpoints,
    partner  uuid        not null,
    at       timestamptz not null,
    seconds  real        not null,
    status   smallint,                         -- of the answer; null: there was none
    failure  text        not null default '',  -- why there was none, in a word
    answer   bytea,                            -- its first bytes, sealed
    taken    integer     not null default 0    -- messages in the answer that were taken in
);

create index attempts_of_endpoint on delivery.attempts (endpoint, number);
create index attempts_of_message on delivery.attempts (message);

select share.wall('delivery.hosts', 'partner');
select share.wall('delivery.endpoints', 'partner');
select share.wall('delivery.secrets', 'partner');
select share.wall('delivery.messages', 'partner');
select share.wall('delivery.attempts', 'partner');

-- The relay sends for every partner.
create policy of_relay on delivery.hosts for select to throughcare_relay using (true);
create policy of_relay on delivery.endpoints to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.secrets to throughcare_relay using (true);
create policy of_relay on delivery.messages to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.attempts to throughcare_relay using (true) with check (true);

grant usage on schema delivery to throughcare_serve, throughcare_relay;
grant select, insert on delivery.hosts to throughcare_serve;
grant select, insert on delivery.endpoints to throughcare_serve;
grant update (state, state_at, why, failures, due_at) on delivery.endpoints to throughcare_serve;
-- Who serves makes a secret and shows it once; it never reads one.
grant insert on delivery.secrets to throughcare_serve;
grant select (id, endpoint, partner, made_at, made_by, ends_at), update (ends_at)
    on delivery.secrets to throughcare_serve;
grant select, insert on delivery.messages to throughcare_serve;
grant update (again) on delivery.messages to throughcare_serve;
grant select on delivery.attempts to throughcare_serve;

grant select on delivery.hosts to throughcare_relay;
-- Whose agreement is for which way; nobody who is helped is in the directory.
grant usage on schema views to throughcare_relay;
grant select on views.directory to throughcare_relay;
grant select on delivery.endpoints to throughcare_relay;
grant update (state, state_at, why, told, tried, failures, last_at, due_at)
    on delivery.endpoints to throughcare_relay;
grant select, delete on delivery.secrets to throughcare_relay;
grant select, insert, delete on delivery.messages to throughcare_relay;
grant update (state, state_at, again) on delivery.messages to throughcare_relay;
grant select, insert, delete on delivery.attempts to throughcare_relay;
