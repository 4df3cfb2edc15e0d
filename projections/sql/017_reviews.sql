-- The days to look at somebody again, and whether it was told that one has passed. Ids and days
-- alone, and the first score that response is measured from.

create table views.reviews (
    id          uuid    primary key,
    person      uuid    not null,
    about       text    not null,
    due_on      date    not null,
    opens_on    date    not null,       -- the first day on which it is not too early
    first_score integer,
    told        boolean not null,
    unique (person, about)
);

create index reviews_due on views.reviews (due_on) where not told;

insert into views.positions (name, position)
select 'reviews', position from views.positions where name = 'share';

-- A status is new; a row keeps where its own stands among them.
update views.caseload set urgency = urgency + 1 where urgency >= 6;

grant select on views.reviews to throughcare_serve;
grant select, insert, update, delete on views.reviews to throughcare_project;
