-- Links by which somebody without an account opens one referral: one row for each, found by the hash
-- of what was sent. Nobody who is helped is here.

create schema links;

create table links.addresses (
    partner  uuid         primary key,
    address  text         not null check (address ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    since    timestamptz  not null,
    reached  bigint       not null  -- up to this number of its share it was seen who is to be written to
);

create table links.links (
    id          uuid         primary key,
    hash        bytea        not null unique check (octet_length(hash) = 32),
    partner     uuid         not null,
    referral    uuid         not null,
    issued_at   timestamptz  not null,
    ends_at     timestamptz  not null,
    revoked_at  timestamptz,  -- another took its place, or the address changed
    wanted_at   timestamptz   -- somebody who held it asked for another
);

create unique index link_of_referral on links.links (partner, referral) where revoked_at is null;

-- A browser that opened one, and the name that somebody typed there.
create table links.visits (
    hash      bytea        primary key check (octet_length(hash) = 32),
    link      uuid         not null references links.links,
    name      text         not null check (length(name) between 1 and 100),
    begun_at  timestamptz  not null,
    ends_at   timestamptz  not null
);

create index visits_of_link on links.visits (link);

-- What was asked there, under which intention: the facts say for which organisation, this who.
create table links.deeds (
    intention  uuid         primary key,
    link       uuid         not null references links.links,
    name       text         not null,
    activity   text         not null,
    at         timestamptz  not null
);

create index deeds_of_link on links.deeds (link);

-- A letter that says there is something, and not what. What opens it is made as it is sent.
create table links.letters (
    id        bigint       primary key generated always as identity,
    partner   uuid         not null,
    referral  uuid         not null,
    asked_at  timestamptz  not null,
    due_at    timestamptz,           -- null: sent, or given up
    tries     smallint     not null default 0,
    failure   text         not null default '',
    sent_at   timestamptz,
    given_up  timestamptz
);

create unique index letter_that_waits on links.letters (partner, referral) where due_at is not null;
create index letter_that_is_due on links.letters (due_at) where due_at is not null;
create index letter_that_failed on links.letters (given_up) where given_up is not null;

grant usage on schema links to throughcare_serve, throughcare_relay;
grant select on links.links to throughcare_serve;
grant update (wanted_at) on links.links to throughcare_serve;
grant select, insert on links.visits to throughcare_serve;
grant select, insert on links.deeds to throughcare_serve;

grant select, insert on links.addresses, links.links to throughcare_relay;
grant select, insert on links.letters to throughcare_relay;
grant update (due_at, tries, failure, sent_at, given_up) on links.letters to throughcare_relay;
grant delete on links.letters to throughcare_relay;
grant usage on schema links to throughcare_audit;
grant select on links.letters to throughcare_audit;
grant update (address, since, reached) on links.addresses to throughcare_relay;
grant delete on links.addresses to throughcare_relay;
grant update (revoked_at) on links.links to throughcare_relay;
grant select on links.visits, links.deeds to throughcare_relay;
