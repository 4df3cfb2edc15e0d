-- What was wanted and could not be had, as each partner may know it; and who waits at which service,
-- so that they go back to their senders when it closes. Ids, codes and times alone.

create table views.unmet (
    partner      uuid        not null,
    id           uuid        not null,      -- the unmet need's, or the referral's that was declined
    subject      uuid,                      -- the person as the partner knows them, if there is one
    waiting      boolean     not null,      -- a referral that may still be taken on: not yet unmet
    service      uuid,
    step         smallint,
    why          text        not null,
    need         text,
    practice     uuid,
    at           timestamptz not null,
    position     bigint      not null,
    met_at       timestamptz,
    met_position bigint,
    primary key (partner, id)
);

create index unmet_of_subject on views.unmet (partner, subject);
create index unmet_by_id on views.unmet (id) where not waiting;

create table views.queues (
    referral uuid   primary key,
    service  uuid   not null,
    since    bigint not null       -- the position of the fact that sent it there
);

create index queues_of_service on views.queues (service);

create table views.closed (
    service uuid        primary key,
    at      timestamptz not null
);

-- In a place that was in use before, who waits is known from what receivers were told.
insert into views.queues (referral, service, since)
select distinct on (r.referral) r.referral,
       (convert_from(r.content, 'UTF8')::jsonb ->> 'service')::uuid, p.position
from views.referrals as r cross join views.positions as p
where p.name = 'share' and r.part = 'received'
  and r.state in ('waiting', 'information asked', 'advice asked')
  and convert_from(r.content, 'UTF8')::jsonb ? 'service';

insert into views.positions (name, position)
select each, position from views.positions cross join unnest(array['unmet', 'queues']) as each
where name = 'share';

grant select on views.unmet, views.queues, views.closed to throughcare_serve;
grant select, insert, update, delete on views.unmet, views.queues, views.closed
    to throughcare_project;
