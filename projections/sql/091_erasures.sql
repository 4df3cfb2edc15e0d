-- Who is to be forgotten, under which order, and how far that is. It holds no name: an id, a
-- reference and times.

create table views.erasures (
    erasure      uuid        primary key,
    organisation uuid        not null,  -- the host, for which it was ordered
    person       uuid        not null,
    reference    text        not null,
    reason       text        not null,
    state        text        not null
        check (state in ('ordered', 'confirmed', 'cancelled', 'erased', 'finished')),
    ordered_at   timestamptz not null,
    ordered_by   uuid,                  -- null: what is kept no longer
    confirmed_at timestamptz,
    confirmed_by uuid,
    erases_at    timestamptz,
    erased_at    timestamptz,           -- everybody was told, and no view holds a word
    position     bigint,
    destroyed_at timestamptz,           -- the keys
    backups_for  integer                -- days after which no backup holds one
);

create index erasures_due on views.erasures (erases_at) where state in ('confirmed', 'erased');

-- Every record that was forgotten: one person may have had several.
create table views.erased (
    person    uuid        primary key,
    erasure   uuid        not null,
    reference text        not null,
    erased_at timestamptz not null,
    position  bigint      not null
);

create index erased_by on views.erased (erasure);

insert into views.positions (name, position)
select 'erasures', position from views.positions where name = 'share';

select share.wall('views.erasures', 'organisation');
select share.wall('views.erased');

grant select on views.erasures to throughcare_serve;
grant select, insert, update, delete on views.erasures, views.erased to throughcare_project;

-- What of these persons rests outside their keys, or in a view that is not folded from the share. It
-- is the fold's own: the same fact takes out the same, however often it is folded.
create function views.purge(persons uuid[]) returns void
language sql security definer set search_path = pg_catalog as $$
    delete from share.identifiers where person = any(persons);
    delete from views.matches where one = any(persons) or other = any(persons);
    update views.feedback as v set words = null
    from log.facts as f
    where f.person = any(persons) and f.topic like 'feedback:%' and v.id = f.stream
        and v.words is not null;
    update inbox.messages set original = null where person = any(persons) and original is not null;
    update intake.messages set original = '' where person = any(persons) and original <> '';
$$;

revoke all on function views.purge from public;
grant execute on function views.purge to throughcare_project;

-- Under which order somebody whom a partner was told of is erased, if they are.
create function share.erased_under(of_subject uuid)
returns table (reference text, erased_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select e.reference, e.erased_at
    from share.subjects as s
    join views.erased as e on e.person = s.person
    where s.partner = share.whose() and s.subject = of_subject
$$;

-- Who was told that somebody is erased, and when each said that it removed them.
create function views.erasure_told(of_erasure uuid, host uuid)
returns table (partner uuid, told_at timestamptz, acknowledged_at timestamptz, "position" bigint)
language sql stable security definer set search_path = pg_catalog as $$
    select w.partner, min(w.withdrawn_at), case when bool_and(w.acknowledged_at is not null)
           then max(w.acknowledged_at) end, max(w.position)
    from views.erasures as o
    join views.erased as e on e.erasure = o.erasure
    join share.subjects as s on s.person = e.person
    join views.withdrawals as w
        on w.partner = s.partner and w.subject = s.subject and w.position = e.position
    where o.erasure = of_erasure and o.organisation = host and host = share.whose()
    group by w.partner
    order by w.partner
$$;

revoke all on function share.erased_under, views.erasure_told from public;
grant execute on function share.erased_under, views.erasure_told to throughcare_serve;

-- A topic that holds somebody who was erased is over: the next one begins with the notice.
alter table delivery.topics drop constraint topics_why_check;
alter table delivery.topics add constraint topics_why_check
    check (why in ('the first', 'terms narrowed', 'agreed again', 'somebody was erased'));

-- Whether a partner was told anything of a person from one number until before another.
create function delivery.holds(of_partner uuid, of_subject uuid, first bigint, before bigint)
returns boolean language sql stable security definer set search_path = pg_catalog as $$
    select exists (
        select from share.entries as e
        where e.partner = of_partner and e.subject = of_subject
            and e.number >= first and e.number < before and e.type <> 'person.PersonErased.v1'
    )
$$;

revoke all on function delivery.holds from public;
grant execute on function delivery.holds to throughcare_relay;
