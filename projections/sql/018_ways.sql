-- How complex a case is, so that a caseload is filtered and sorted by it: 0 red, 1 amber, 2 green,
-- 3 not coded.
alter table views.caseload add column complexity smallint not null default 3;
create index caseload_by_complexity on views.caseload
    (partner, complexity, (coalesce(waiting_since, 'infinity')), subject);

-- When a team last looked at each open case. Ids, days and codes alone.
create table views.team_reviews (
    person     uuid     primary key,
    id         uuid     not null unique,  -- the review's, anew each time somebody looks
    since      date     not null,         -- when the case was looked at last, or came to its step
    new        boolean  not null,         -- nobody has looked at it at this step
    step       smallint not null,
    complexity text,
    told       boolean  not null
);

create index team_reviews_due on views.team_reviews (since) where not told;

insert into views.positions (name, position)
select 'team_reviews', position from views.positions where name = 'share';

grant select on views.team_reviews to throughcare_serve;
grant select, insert, update, delete on views.team_reviews to throughcare_project;
