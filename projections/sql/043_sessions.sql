-- Who is signed in: one row for each session in force, found by the hash of what the browser holds.
-- Ending one deletes it, so that it is over in every process at once. Nobody who is helped is here.

create schema sessions;

create table sessions.sessions (
    hash          bytea        primary key check (octet_length(hash) = 32),
    practitioner  uuid,
    partner       uuid,
    issuer        text,         -- who says who it is, and by which name of theirs; null in the demo
    subject       text,
    signed_in_at  timestamptz  not null,
    seen_at       timestamptz  not null,
    ends_at       timestamptz  not null,
    check ((practitioner is null) = (partner is null)),
    check ((issuer is null) = (subject is null))
);

create index sessions_of_practitioner on sessions.sessions (practitioner);
create index sessions_of_subject on sessions.sessions (issuer, subject);
create index sessions_by_end on sessions.sessions (ends_at);

-- A sign-in that has begun and whose browser is at the provider: taken once, by that browser.
create table sessions.beginnings (
    state     bytea        primary key check (octet_length(state) = 32),
    browser   bytea        not null check (octet_length(browser) = 32),
    nonce     text         not null,
    verifier  text         not null,
    wanted    text         not null,
    ends_at   timestamptz  not null
);

create index beginnings_by_end on sessions.beginnings (ends_at);

grant usage on schema sessions to throughcare_serve;
grant select, insert, delete on sessions.sessions, sessions.beginnings to throughcare_serve;
grant update (seen_at) on sessions.sessions to throughcare_serve;
