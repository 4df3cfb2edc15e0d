-- Imported messages as they came, sealed, with what became of them.

create schema intake;

create table intake.messages (
    id            uuid        primary key,
    organisation  uuid        not null,  -- which partner sent it
    person        uuid,                  -- under whose key the original rests
    kind          text        not null,  -- for example 'fhir.ServiceRequest'
    sha256        bytea       not null check (length(sha256) = 32),
    original      bytea       not null,
    outcome       text        not null,  -- 'recorded', 'already recorded' or the broken rule's name
    intention     uuid,
    received_at   timestamptz not null default clock_timestamp()
);

create index messages_of_partner on intake.messages (organisation, sha256);

grant usage on schema intake to throughcare_serve;
grant select, insert on intake.messages to throughcare_serve;
