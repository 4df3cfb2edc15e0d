-- Access by exception: by whom, why, until when, and whether anybody reviewed it. It holds nobody
-- who is helped: a row is what a privacy officer is told, and looks up.

create table views.exceptional (
    id            uuid         primary key,
    kind          text         not null check (kind in ('emergency', 'opening')),
    organisation  uuid         not null,
    practitioner  uuid         not null,
    reason        text         not null,
    dissent       boolean      not null,
    found         boolean      not null,
    taken_at      timestamptz  not null,
    until         timestamptz  not null,
    ended_at      timestamptz,
    outcome       text,
    reviewed_at   timestamptz,
    sent          text[]       not null,   -- the rungs that were told
    told_at       timestamptz,
    escalated_to  uuid,
    review_by     timestamptz  not null,
    rung          text,                    -- the next one, and when it falls due
    due_at        timestamptz
);

create index exceptional_open on views.exceptional (until) where ended_at is null;
create index exceptional_due on views.exceptional (due_at) where due_at is not null;
create index exceptional_of on views.exceptional (organisation, taken_at);

insert into views.positions (name, position)
select 'exceptional', position from views.positions where name = 'share';

grant select on views.exceptional to throughcare_serve;
grant select, insert, update, delete on views.exceptional to throughcare_project;
