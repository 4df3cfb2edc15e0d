-- Credentials of partners' systems: who may ask for tokens and by which public keys, keys that are
-- shown once and kept as their hash, and what was revoked. Nothing here is about anybody helped.
-- The serving role adds rows and changes none, but for when a key was last used: what is revoked
-- stays so.

create schema credentials;

create table credentials.clients (
    id      uuid        primary key,
    partner uuid        not null,
    name    text        not null,
    scopes  text[]      not null check (scopes <> '{}'),
    made_at timestamptz not null default clock_timestamp(),
    made_by uuid        not null
);

create index clients_of_partner on credentials.clients (partner);

-- A public key belongs to one client for ever, so that no two can be taken for each other.
create table credentials.public_keys (
    thumbprint text        primary key,
    client     uuid        not null references credentials.clients,
    algorithm  text        not null check (algorithm in ('ES256', 'PS256', 'Ed25519')),
    key        jsonb       not null,
    made_at    timestamptz not null default clock_timestamp(),
    made_by    uuid        not null
);

create index public_keys_of_client on credentials.public_keys (client);

create table credentials.api_keys (
    id           uuid        primary key,
    partner      uuid        not null,
    name         text        not null,
    digest       bytea       not null unique check (octet_length(digest) = 32),
    scopes       text[]      not null check (scopes <> '{}'),
    made_at      timestamptz not null default clock_timestamp(),
    made_by      uuid        not null,
    expires_at   timestamptz not null,
    last_used_at timestamptz,
    check (expires_at <= made_at + interval '367 days')
);

create index api_keys_of_partner on credentials.api_keys (partner);

-- Which credential, by the id of a client or an API key, or a public key's thumbprint.
create table credentials.revocations (
    credential text        primary key,
    revoked_at timestamptz not null default clock_timestamp(),
    revoked_by uuid        not null
);

-- Assertions that a token was asked with, each good for once, until their time is over.
create table credentials.used_assertions (
    client     uuid        not null references credentials.clients,
    assertion  bytea       not null,
    expires_at timestamptz not null,
    primary key (client, assertion)
);

create index used_assertions_by_time on credentials.used_assertions (expires_at);

revoke all on all tables in schema credentials from public;
grant usage on schema credentials to throughcare_serve;
grant select, insert on credentials.clients, credentials.public_keys, credentials.api_keys,
    credentials.revocations to throughcare_serve;
grant update (last_used_at) on credentials.api_keys to throughcare_serve;
grant select, insert, delete on credentials.used_assertions to throughcare_serve;
