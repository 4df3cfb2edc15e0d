-- Groups' registers: who is in a group, or waits for a place; only for the partner that runs it.

create table views.groups (
    partner   uuid  not null,
    programme uuid  not null,
    subject   uuid  not null,
    content   bytea not null,
    primary key (partner, programme, subject)
);

create index groups_of_subject on views.groups (partner, subject);

insert into views.positions (name, position)
select 'groups', position from views.positions where name = 'share';

alter table views.directory drop constraint directory_kind_check;
alter table views.directory add constraint directory_kind_check
    check (kind in ('partner', 'service', 'group'));

grant select on views.groups to throughcare_serve;
grant select, insert, update, delete on views.groups to throughcare_project;
