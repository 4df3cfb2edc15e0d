-- What meetings agreed, as each partner may know it: actions to be done, and decisions on their way.

create table views.agreed (
    partner uuid  not null,
    item    uuid  not null,   -- the action's, or the decision's
    subject uuid  not null,
    kind    text  not null check (kind in ('action', 'decision')),
    owner   uuid,             -- who is to do it, when the partner was told
    state   text  not null,
    due_on  date,             -- of an action; a decision has none
    content bytea not null,
    primary key (partner, item)
);

create index agreed_of_subject on views.agreed (partner, subject);
create index agreed_by_day on views.agreed (partner, kind, state, (coalesce(due_on, 'infinity')), item);

insert into views.positions (name, position)
select 'agreed', position from views.positions where name = 'share';

-- Two statuses are new, *action to do* and *on hold*; a row keeps where its own stands among them.
update views.caseload set urgency = urgency + 2 where status in ('held', 'involved', 'died', 'past');

grant select on views.agreed to throughcare_serve;
grant select, insert, update, delete on views.agreed to throughcare_project;
