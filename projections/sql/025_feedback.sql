-- What was said of services, by month, and who attended which training. No person's id is here: an
-- answer is one of its service's month, whoever gave it.

create table views.feedback (
    id          uuid    primary key,
    partner     uuid    not null,
    service     uuid    not null,
    month       date    not null,
    experience  text    not null,
    words       text,
    may_publish boolean not null
);

create index feedback_of_partner on views.feedback (partner, month);

create table views.training (
    id      uuid    primary key,
    holder  uuid    not null,
    topic   text    not null,
    title   text    not null,
    held_on date    not null,
    minutes integer not null,
    trainer uuid,
    roles   text[]  not null
);

create table views.training_attended (
    training     uuid not null references views.training,
    practitioner uuid not null,
    partner      uuid not null,
    primary key (training, practitioner)
);

create index training_of_partner on views.training_attended (partner);

insert into views.positions (name, position)
select made.name, share.position
from views.positions as share, (values ('feedback'), ('training')) as made (name)
where share.name = 'share';

grant select on views.feedback, views.training, views.training_attended to throughcare_serve;
grant select, insert, update, delete
    on views.feedback, views.training, views.training_attended to throughcare_project;
