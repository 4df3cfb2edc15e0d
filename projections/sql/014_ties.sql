-- What binds a person to an organisation, and which persons and organisations are gone: what binds
-- either of these is ended by the sweep. Ids and times alone.

create table views.ties (
    about        text        not null check (about in ('referral', 'hand-over', 'pathway')),
    id           uuid        not null,
    person       uuid        not null,
    organisation uuid        not null,      -- who received it, was offered it, or holds the person
    since        bigint      not null,      -- the position of the fact that tied it
    primary key (about, id)
);

create index ties_of_organisation on views.ties (organisation);
create index ties_of_person on views.ties (person);

create table views.gone (
    id           uuid        primary key,   -- a person who died, or an organisation that left
    at           timestamptz not null
);

-- In a place that was in use before, what is open there is known from who is involved, and why.
insert into views.ties (about, id, person, organisation, since)
select 'pathway', c.person, c.person, c.responsible, p.position
from share.circles as c cross join views.positions as p
where c.open and c.responsible is not null and p.name = 'share';

insert into views.ties (about, id, person, organisation, since)
select case split_part(basis, ' ', 1) when 'offered' then 'hand-over' else 'referral' end,
       split_part(basis, ' ', 2)::uuid, c.person, bases.key::uuid, p.position
from share.circles as c
cross join views.positions as p
cross join jsonb_each(convert_from(c.state, 'UTF8')::jsonb -> 'bases') as bases
cross join jsonb_array_elements_text(bases.value) as basis
where p.name = 'share' and split_part(basis, ' ', 1) in ('received', 'offered')
on conflict do nothing;

insert into views.positions (name, position)
select 'ties', position from views.positions where name = 'share';

-- Two statuses are new; a row keeps where its own stands among them.
update views.caseload set urgency = urgency + 1;
update views.caseload set urgency = urgency + 1 where status = 'past';

grant select on views.ties, views.gone to throughcare_serve;
grant select, insert, update, delete on views.ties, views.gone to throughcare_project;
