-- What was kept for as long as it must be, of whom and by which rule. It holds no name and no word.

create table views.kept_no_longer (
    person     uuid        not null,
    kept_as    text        not null,
    volume     smallint    not null,
    rule       text        not null,
    rule_since date        not null,
    removed_at timestamptz not null,
    position   bigint      not null,
    primary key (person, kept_as, volume)
);

select share.wall('views.kept_no_longer');

grant select, insert, update, delete on views.kept_no_longer to throughcare_project;

-- What rests in these volumes and lies open in a view that is not folded from the share. It is the
-- fold's own: the same fact takes out the same, however often it is folded.
create function views.purge_volumes(of_person uuid, heads bytea[]) returns void
language sql security definer set search_path = pg_catalog as $$
    update views.feedback as v set words = null
    from log.facts as f
    where f.person = of_person and f.topic like 'feedback:%' and v.id = f.stream
        and substring(f.state for 3) = any(heads) and v.words is not null;
$$;

revoke all on function views.purge_volumes from public;
grant execute on function views.purge_volumes to throughcare_project;

-- What of somebody whom a partner was told of was kept for long enough, and by which rule.
create function share.kept_no_longer(of_subject uuid)
returns table (kept_as text, volume smallint, rule text, rule_since date, removed_at timestamptz)
language sql stable security definer set search_path = pg_catalog as $$
    select k.kept_as, k.volume, k.rule, k.rule_since, k.removed_at
    from share.subjects as s
    join views.kept_no_longer as k on k.person = s.person
    where s.partner = share.whose() and s.subject = of_subject
$$;

revoke all on function share.kept_no_longer from public;
grant execute on function share.kept_no_longer to throughcare_serve;

-- A topic that holds what was kept for long enough is over, as one that holds somebody erased.
alter table delivery.topics drop constraint topics_why_check;
alter table delivery.topics add constraint topics_why_check
    check (why in ('the first', 'terms narrowed', 'agreed again', 'somebody was erased',
        'something was kept long enough'));

-- What a notice is about: all that was told of a person, or what of them is kept so.
alter table views.withdrawals add column kept_as text;
