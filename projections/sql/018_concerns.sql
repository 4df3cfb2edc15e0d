-- Concerns for somebody's safety that are open, and who is told next that nobody has looked. Ids,
-- rungs and times alone.

create table views.concerns (
    id       uuid        primary key,
    person   uuid        not null,
    looked   boolean     not null,       -- somebody of who has it has looked
    since    timestamptz,                -- since when somebody is to look; null when nobody is
    sent     text[]      not null,       -- the rungs that were told
    told_at  timestamptz,
    rung     text,                       -- the next one, and when it falls due
    due_at   timestamptz
);

create index concerns_due on views.concerns (due_at) where due_at is not null;

insert into views.positions (name, position)
select 'concerns', position from views.positions where name = 'share';

-- A concern binds a person to who has it, also when the person is gone.
alter table views.ties drop constraint ties_about_check;
alter table views.ties add constraint ties_about_check
    check (about in ('referral', 'hand-over', 'pathway', 'concern'));

-- Two statuses are new, the most urgent of all.
update views.caseload set urgency = urgency + 2;

grant select on views.concerns to throughcare_serve;
grant select, insert, update, delete on views.concerns to throughcare_project;
