-- What was withdrawn from each partner that it has to say it removed. Ids and times alone: whom it
-- was about stands in share.subjects, as for every entry.

create table views.withdrawals (
    partner         uuid        not null,
    number          bigint      not null,      -- of the notice in the partner's share
    subject         uuid        not null,      -- the person as the partner knows them
    position        bigint      not null,      -- of the fact that took it back
    withdrawn_at    timestamptz not null,
    acknowledged_at timestamptz,
    primary key (partner, number)
);

create index withdrawals_to_acknowledge on views.withdrawals (withdrawn_at)
    where acknowledged_at is null;

-- Who does not want what is known of them used for planning and research: counts leave them out.
create table views.opted_out (
    person uuid primary key
);

insert into views.positions (name, position)
select each, position
from views.positions cross join unnest(array['withdrawals', 'opt-outs']) as each
where name = 'share';

select share.wall('views.withdrawals', 'partner');
select share.wall('views.opted_out');

grant select on views.withdrawals to throughcare_serve;
grant select, insert, update, delete on views.withdrawals, views.opted_out to throughcare_project;

-- Who has not said that they removed what was withdrawn, for the privacy officer of the place.
create function views.not_acknowledged(of_person uuid)
returns table (partner uuid, person uuid, "position" bigint, withdrawn_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select w.partner, s.person, w.position, w.withdrawn_at
    from views.withdrawals as w
    join share.subjects as s on s.partner = w.partner and s.subject = w.subject
    where w.acknowledged_at is null and (of_person is null or s.person = of_person)
    order by w.withdrawn_at, w.partner, w.number
    limit 1000
$$;

-- As before, without those who opted out.
create or replace function views.unmet_of_the_place(up_to bigint)
returns table (
    partner uuid, id uuid, subject uuid, waiting boolean, service uuid, step smallint, why text,
    need text, practice uuid, at timestamptz, "position" bigint, met_at timestamptz,
    met_position bigint
)
language sql stable security definer set search_path = pg_catalog as $$
    select min(u.partner::text)::uuid, u.id, null::uuid, false, u.service, u.step, u.why,
           max(u.need), null::uuid, u.at, min(u.position), min(u.met_at), min(u.met_position)
    from views.unmet as u
    where not u.waiting and u.position <= up_to
        and not exists (
            select from views.unmet as same
            join share.subjects as s on s.partner = same.partner and s.subject = same.subject
            join views.opted_out as o on o.person = s.person
            where same.id = u.id
        )
    group by u.id, u.service, u.step, u.why, u.at
$$;

grant execute on function views.not_acknowledged to throughcare_serve;
