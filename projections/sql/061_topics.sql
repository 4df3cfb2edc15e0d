-- The Kafka topic a partner's share is on, how far it is there, and whose entries wait beside it.

create schema if not exists delivery;

-- A topic is never used again: when an agreement narrows the next generation begins, with the
-- notices, and the topic before it is deleted.
create table delivery.topics (
    partner    uuid        not null,
    generation integer     not null check (generation > 0),
    first      bigint      not null check (first > 0),  -- the lowest number that is put there
    position   bigint      not null,                    -- the fact that narrowed; 0: none did
    why        text        not null check (why in ('the first', 'terms narrowed', 'agreed again')),
    began_at   timestamptz not null default clock_timestamp(),
    reached    bigint,                                  -- for who looks; the relay goes by the topic
    reached_at timestamptz,
    gone_at    timestamptz,                             -- deleted at the broker
    primary key (partner, generation)
);

-- A person of whom an entry could not be made a record for this partner, or what is about nobody
-- (then the subject is the partner): the person's entries wait, the others go on.
create table delivery.parked_cases (
    id          uuid        primary key default gen_random_uuid(),
    partner     uuid        not null,
    subject     uuid        not null,
    number      bigint      not null,   -- the first that could not be
    position    bigint      not null,   -- of the fact it tells
    type        text        not null,
    reason      text        not null,   -- a kind of error, never what the entry says
    parked_at   timestamptz not null default clock_timestamp(),
    asked_at    timestamptz,            -- somebody asked that it be tried again
    trying_from bigint,                 -- the offset from which what was tried may be in the topic
    unique (partner, subject)
);

create table delivery.parked (
    partner uuid   not null,
    number  bigint not null,
    subject uuid   not null,
    primary key (partner, number),
    foreign key (partner, subject) references delivery.parked_cases (partner, subject)
);

create index parked_of_case on delivery.parked (partner, subject, number);

select share.wall('delivery.topics', 'partner');
select share.wall('delivery.parked_cases', 'partner');
select share.wall('delivery.parked');
create policy of_relay on delivery.topics to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.parked_cases to throughcare_relay using (true) with check (true);
create policy of_relay on delivery.parked to throughcare_relay using (true) with check (true);
create policy of_auditor on delivery.topics for select to throughcare_audit using (true);
create policy of_auditor on delivery.parked_cases for select to throughcare_audit using (true);

-- Where a partner was told that its agreement narrowed: the first notice of each such fact.
create function delivery.narrowed(of_partner uuid, after_number bigint, up_to bigint)
returns table (number bigint, "position" bigint) language sql stable
security definer set search_path = pg_catalog as $$
    select min(e.number), e.position
    from share.entries as e
    join log.facts as f on f.position = e.position
    where e.partner = of_partner and e.number > after_number and e.number <= up_to
        and e.type = 'share.Withdrawn.v1' and f.stream = of_partner
        and f.topic in ('partner:AgreementSigned', 'partner:AgreementBegan',
                        'partner:AgreementEnded', 'partner:AgreementExpired')
    group by e.position
    order by 1
$$;

-- How far the topics are behind their shares: the worst of them, without saying whose it is.
create function delivery.lag()
returns table (topics bigint, entries bigint, seconds double precision, parked bigint)
language sql stable security definer set search_path = pg_catalog as $$
    select count(*), coalesce(max(p.number - t.reached), 0),
           greatest(coalesce(max(extract(epoch from clock_timestamp() - e.recorded_at)), 0), 0),
           (select count(*) from delivery.parked_cases)
    from delivery.topics as t
    join share.partners as p on p.partner = t.partner
    left join share.entries as e on e.partner = t.partner and e.number = t.reached + 1
    where t.gone_at is null
        and t.generation = (select max(n.generation) from delivery.topics as n
                            where n.partner = t.partner)
$$;

grant usage on schema delivery to throughcare_serve, throughcare_relay, throughcare_audit;
grant select, insert, update on delivery.topics to throughcare_relay;
grant select, insert, update, delete on delivery.parked_cases to throughcare_relay;
grant select, insert, delete on delivery.parked to throughcare_relay;
grant select on delivery.topics, delivery.parked_cases to throughcare_serve, throughcare_audit;
grant execute on function delivery.narrowed to throughcare_relay;
grant execute on function delivery.lag to throughcare_serve, throughcare_audit;

-- Who may be told by which way is in the agreements, and those are in the directory.
grant usage on schema views to throughcare_relay;
grant select on views.directory to throughcare_relay;
