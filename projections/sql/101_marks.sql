-- Up to which number of its organisation's share each practitioner says they have seen what is new.
-- It is about their own page: what an organisation was told, and when, is in the share.

create table sessions.marks (
    practitioner  uuid         primary key,
    number        bigint       not null check (number >= 0),
    marked_at     timestamptz  not null
);

grant select, insert on sessions.marks to throughcare_serve;
grant update (number, marked_at) on sessions.marks to throughcare_serve;
