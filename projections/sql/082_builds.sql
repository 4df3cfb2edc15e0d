-- A view that is built anew beside the one that is served, out of the share, and then takes its
-- place. Schema `beside` holds its tables meanwhile, and afterwards those that were served before;
-- `aside` is where a table stands for the moment in which the two change places.

create schema beside;
create schema aside;

-- The views folded from the share. Each owns the tables of schema views that are named after it.
create table views.folded (
    name text primary key
);

insert into views.folded (name) values
    ('caseload'), ('referrals'), ('meetings'), ('agreed'), ('unmet'), ('groups'), ('withdrawals');

create table views.builds (
    name        text        primary key references views.folded,
    started_at  timestamptz not null default clock_timestamp(),
    entries     bigint      not null default 0,  -- folded so far
    seconds     float8      not null default 0,  -- worked so far, by all who built
    switched_at timestamptz,                     -- since when what was beside is served
    blank       boolean     not null default false  -- beside stands what never was a view
);

-- Up to which of each partner's numbers all is folded beside, but for what its lanes still hold.
create table views.build_numbers (
    name    text   not null references views.builds on delete cascade,
    partner uuid   not null,
    number  bigint not null,
    primary key (name, partner)
);

-- People who are still to be folded, one after another, of each all that was told up to the number:
-- those whose ids lie between the two. Who builds holds a lane for a piece; a lane that ends is gone.
create table views.build_lanes (
    name    text not null references views.builds on delete cascade,
    partner uuid not null,
    after   uuid not null,
    until   uuid not null,
    primary key (name, partner, until)
);

select share.wall('views.build_numbers');
select share.wall('views.build_lanes');

create function views.tables_of(view text) returns setof text
language sql stable set search_path = pg_catalog as $$
    select c.relname::text
    from pg_class as c
    where c.relnamespace = to_regnamespace('views') and c.relkind = 'r'
        and exists (select from views.folded as f where f.name = view)
        and (c.relname = view or starts_with(c.relname, view || '_'))
    order by c.relname
$$;

create function views.columns_of(of_table regclass) returns text
language sql stable set search_path = pg_catalog as $$
    select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                      order by a.attnum)
    from pg_attribute as a where a.attrelid = of_table and a.attnum > 0 and not a.attisdropped
$$;

-- Empty tables for a view as those it has: columns, indexes, grants and walls, by the same names.
create function views.build_beside(view text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text; served regclass; built regclass; each record;
begin
    for which in select t from views.tables_of(view) as t loop
        served := format('views.%I', which)::regclass;
        execute format('create table beside.%I (like %s including all excluding indexes)',
                       which, served);
        built := format('beside.%I', which)::regclass;
        for each in select unnest(c.reloptions) as option from pg_class as c where c.oid = served
        loop
            execute format('alter table %s set (%s)', built, each.option);
        end loop;
        for each in
            select c.conname, pg_get_constraintdef(c.oid) as definition
            from pg_constraint as c where c.conrelid = served and c.contype in ('p', 'u', 'x')
        loop
            execute format('alter table %s add constraint %I %s',
                           built, each.conname, each.definition);
        end loop;
        for each in
            select pg_get_indexdef(i.indexrelid) as definition
            from pg_index as i
            where i.indrelid = served
                and not exists (select from pg_constraint as c where c.conindid = i.indexrelid)
        loop
            execute replace(each.definition, format(' ON views.%I ', which),
                            format(' ON beside.%I ', which));
        end loop;
        for each in
            select g.privilege_type as may, '' as columns, g.grantee::regrole as who
            from pg_class as c, aclexplode(c.relacl) as g
            where c.oid = served and g.grantee <> c.relowner
            union all
            select g.privilege_type, format('(%I)', a.attname), g.grantee::regrole
            from pg_attribute as a, aclexplode(a.attacl) as g
            where a.attrelid = served
        loop
            execute format('grant %s %s on %s to %s', each.may, each.columns, built, each.who);
        end loop;
        for each in
            select c.relrowsecurity as walled, c.relforcerowsecurity as for_all
            from pg_class as c where c.oid = served
        loop
            if each.walled then
                execute format('alter table %s enable row level security', built);
            end if;
            if each.for_all then
                execute format('alter table %s force row level security', built);
            end if;
        end loop;
        for each in
            select p.polname, case when p.polpermissive then 'permissive' else 'restrictive' end as kind,
                   case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                        when 'd' then 'delete' else 'all' end as what,
                   (select string_agg(r::regrole::text, ', ') from unnest(p.polroles) as r) as who,
                   coalesce(format('using (%s)', pg_get_expr(p.polqual, p.polrelid)), '') as reads,
                   case when p.polwithcheck is null then ''
                        else format('with check (%s)', pg_get_expr(p.polwithcheck, p.polrelid))
                   end as writes
            from pg_policy as p where p.polrelid = served
        loop
            execute format('create policy %I on %s as %s for %s to %s %s %s', each.polname, built,
                           each.kind, each.what, each.who, each.reads, each.writes);
        end loop;
    end loop;
end
$$;

-- What the planner should know of the tables beside before anybody is served from them.
create function views.analyse_beside(view text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text;
begin
    for which in select t from views.tables_of(view) as t loop
        execute format('analyze beside.%I', which);
    end loop;
end
$$;

-- The tables beside and those that are served change places, whoever reads them or not: by whoever
-- holds the engine's lease, once both are equally far.
create function views.change_places(view text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text; of_view text[] := array(select t from views.tables_of(view) as t);
begin
    foreach which in array of_view loop
        if to_regclass(format('beside.%I', which)) is null
            or views.columns_of(format('beside.%I', which)::regclass)
                <> views.columns_of(format('views.%I', which)::regclass)
        then
            raise exception 'the view beside was built for other tables'
                using errcode = 'object_not_in_prerequisite_state';
        end if;
    end loop;
    foreach which in array of_view loop
        execute format('alter table views.%I set schema aside', which);
        execute format('alter table beside.%I set schema views', which);
        execute format('alter table aside.%I set schema beside', which);
    end loop;
end
$$;

create function views.drop_beside(view text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text;
begin
    for which in select t from views.tables_of(view) as t loop
        execute format('drop table if exists beside.%I', which);
    end loop;
end
$$;

-- How many rows a table of a view has for each partner, and a hash of them, in sixteen parts: equal
-- exactly if the rows are. What is kept as JSON (`content`) is compared by what it says, whatever its
-- order.
create function views.parts_of(of_schema text, which text)
returns table (partner uuid, part text, many bigint, hash text)
language plpgsql stable set search_path = pg_catalog as $$
begin
    return query execute format(
        'select r.partner, left(md5(%1$s), 1), count(*),'
        ' md5(string_agg(md5(%2$s), '''' order by %1$s)) from %3$I.%4$I as r group by 1, 2',
        views.row_key(which), views.row_text(which), of_schema, which);
end
$$;

-- The keys, which are ids and numbers, and the hashes of the rows in one part.
create function views.rows_of(of_schema text, which text, of_partner uuid, of_part text)
returns table (key text, hash text)
language plpgsql stable set search_path = pg_catalog as $$
begin
    return query execute format(
        'select %1$s, md5(%2$s) from %3$I.%4$I as r where r.partner = $1 and left(md5(%1$s), 1) = $2',
        views.row_key(which), views.row_text(which), of_schema, which) using of_partner, of_part;
end
$$;

-- A row's key, and all that it says, as SQL over the row r of a table of a view. Of bytes, those
-- called content are JSON; others are another shape of it, of which the columns beside them speak.
create function views.row_key(which text) returns text
language sql stable set search_path = pg_catalog as $$
    select format('concat_ws('' '', %s)', string_agg(format('r.%I', a.attname), ', '
                                                      order by a.attnum))
    from pg_attribute as a
    left join pg_index as i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = format('views.%I', which)::regclass and a.attnum > 0
        and not a.attisdropped
        and case when i.indexrelid is null then a.atttypid <> 'bytea'::regtype
                 else a.attnum = any(i.indkey) end
$$;

create function views.row_text(which text) returns text
language sql stable set search_path = pg_catalog as $$
    select format('jsonb_build_array(%s)::text', string_agg(
        case when a.attname = 'content' and a.atttypid = 'bytea'::regtype
             then format('convert_from(r.%I, ''UTF8'')::jsonb', a.attname)
             else format('r.%I', a.attname) end, ', ' order by a.attnum))
    from pg_attribute as a
    where a.attrelid = format('views.%I', which)::regclass and a.attnum > 0
        and not a.attisdropped and (a.atttypid <> 'bytea'::regtype or a.attname = 'content')
$$;

revoke all on function views.tables_of, views.columns_of, views.build_beside, views.analyse_beside,
    views.change_places, views.drop_beside, views.parts_of, views.rows_of, views.row_key,
    views.row_text from public;
grant execute on function views.tables_of, views.build_beside, views.analyse_beside,
    views.change_places, views.drop_beside, views.parts_of, views.rows_of, views.row_key,
    views.row_text to throughcare_project;
grant usage on schema beside to throughcare_project;
grant select on views.folded to throughcare_project;
grant select, insert, update, delete on views.builds, views.build_numbers,
    views.build_lanes to throughcare_project;

-- The share told a second time by the rule as it is, to be compared with what partners were told.
-- Circles, numbers and ids live in schema `retold` while that lasts; no entry is ever written there.

create schema retold;

create function share.retell() returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text;
begin
    perform share.forget_retold();
    foreach which in array array['entries', 'partners', 'subjects', 'circles'] loop
        execute format('create unlogged table retold.%I (like share.%I including all)', which, which);
    end loop;
    create unlogged table retold.directory (like views.directory including all);
    grant select, insert, update, delete on all tables in schema retold to throughcare_project;
end
$$;

create function share.forget_retold() returns void
language sql security definer set search_path = pg_catalog as $$
    drop table if exists retold.entries, retold.partners, retold.subjects, retold.circles,
        retold.directory
$$;

revoke all on function share.retell, share.forget_retold from public;
grant execute on function share.retell, share.forget_retold to throughcare_project;
grant usage on schema retold to throughcare_project;
