-- Views: rows folded from the share, with the position they reflect.

create schema views;

create table views.positions (
    name       text        primary key,
    position   bigint      not null,
    moved_at   timestamptz not null default clock_timestamp()
);

insert into views.positions (name, position) values
    ('share', 0), ('directory', 0), ('caseload', 0), ('referrals', 0), ('meetings', 0);

create table views.directory (
    stream uuid  primary key,
    kind   text  not null check (kind in ('partner', 'service')),
    state  bytea not null
);

create table views.caseload (
    partner       uuid     not null,
    subject       uuid     not null,
    name          text     not null,
    status        text     not null,
    urgency       smallint not null,
    waiting_since timestamptz,
    content       bytea    not null,
    primary key (partner, subject)
);

create index caseload_by_urgency on views.caseload
    (partner, urgency, (coalesce(waiting_since, 'infinity')), subject);
create index caseload_by_name on views.caseload (partner, name, subject);

create table views.referrals (
    partner  uuid        not null,
    referral uuid        not null,
    subject  uuid        not null,
    part     text        not null,
    state    text        not null,
    urgency  smallint    not null,
    made_at  timestamptz not null,
    content  bytea       not null,
    primary key (partner, referral)
);

create index referrals_of_subject on views.referrals (partner, subject);
create index referrals_by_urgency on views.referrals (partner, part, urgency, made_at, referral);

create table views.meetings (
    partner   uuid        not null,
    meeting   uuid        not null,
    starts_at timestamptz not null,
    content   bytea       not null,
    primary key (partner, meeting)
);

create index meetings_by_time on views.meetings (partner, starts_at);

grant usage on schema views to throughcare_serve, throughcare_project;
grant select on all tables in schema views to throughcare_serve;
grant select, insert, update, delete on all tables in schema views to throughcare_project;
