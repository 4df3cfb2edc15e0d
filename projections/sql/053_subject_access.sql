-- Requests of persons to see what is held of them: when each is due, and when it was answered. Whose
-- it is stands in the log alone: a row is a reference. Requests noted before this are not listed.

create table views.subject_access (
    request      uuid         primary key,
    organisation uuid         not null,
    received_on  date         not null,
    due_on       date         not null,
    answered_at  timestamptz
);

create index subject_access_of on views.subject_access (organisation, due_on);

insert into views.positions (name, position)
select 'subject_access', position from views.positions where name = 'share';

select share.wall('views.subject_access', 'organisation');

grant select on views.subject_access to throughcare_serve;
grant select, insert, update, delete on views.subject_access to throughcare_project;
