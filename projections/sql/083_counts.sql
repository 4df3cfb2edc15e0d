-- How many of a partner's rows stand where: kept with the rows, so that nobody counts them to know.

create table views.caseload_counts (
    partner uuid   not null,
    status  text   not null,
    people  bigint not null,
    primary key (partner, status)
) with (fillfactor = 50);

create table views.referrals_counts (
    partner   uuid   not null,
    part      text   not null,
    state     text   not null,
    referrals bigint not null,
    primary key (partner, part, state)
) with (fillfactor = 50);

insert into views.caseload_counts (partner, status, people)
select partner, status, count(*) from views.caseload group by partner, status;

insert into views.referrals_counts (partner, part, state, referrals)
select partner, part, state, count(*) from views.referrals group by partner, part, state;

select share.wall('views.caseload_counts', 'partner');
select share.wall('views.referrals_counts', 'partner');

grant select on views.caseload_counts, views.referrals_counts to throughcare_serve;
grant select, insert, update, delete
    on views.caseload_counts, views.referrals_counts to throughcare_project;

-- A page goes on from a row's place in the index. Behind a wall PostgreSQL searches by what cannot
-- tell of a row that is not shown; it takes CASE for that, and not COALESCE, which made it read each
-- row from the first.
drop index views.caseload_by_urgency;
drop index views.caseload_by_complexity;
create index caseload_by_urgency on views.caseload (
    partner, urgency,
    (case when waiting_since is null then 'infinity'::timestamptz else waiting_since end), subject
);
create index caseload_by_complexity on views.caseload (
    partner, complexity,
    (case when waiting_since is null then 'infinity'::timestamptz else waiting_since end), subject
);
