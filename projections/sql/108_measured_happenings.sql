-- Hand-overs, moves between steps and what became of meetings' decisions are counted too. What was
-- kept before holds none of them, nor why a referral was declined: it is followed anew from the first
-- fact. What was published stays.
create table measured.happenings (
    which     uuid   primary key,
    person    uuid   not null,
    happening jsonb  not null,
    months    date[] not null
);

create index happenings_of_person on measured.happenings (person);
create index happenings_of_month on measured.happenings using gin (months);

grant select, insert, update on measured.happenings to throughcare_project;

truncate measured.courses, measured.left_out, measured.months;
update measured.reached set position = 0;
