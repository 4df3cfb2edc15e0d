-- The planner's statistics sample what columns say, and keep it until they are made anew: of what may
-- hold somebody's words, or a key, there are none, so that nobody who is erased stays in them.

do $$
declare
    each record;
begin
    for each in
        select c.oid::regclass as which, a.attname
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid
        where c.relkind = 'r' and a.attnum > 0 and (
            (c.relnamespace = 'views'::regnamespace
                and a.attname in ('name', 'content', 'words', 'packed')
                and c.relname not in ('positions', 'kept_from', 'folded', 'builds', 'build_lanes'))
            or (c.relnamespace in ('keys'::regnamespace, 'share'::regnamespace,
                    'intake'::regnamespace, 'inbox'::regnamespace)
                and a.attname in ('wrapped', 'blind', 'original'))
        )
    loop
        execute format('alter table %s alter column %I set statistics 0', each.which, each.attname);
    end loop;
end
$$;

-- As before, but of no column that has none in the table that is served.
create or replace function views.analyse_beside(view text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    which text; unsampled name;
begin
    for which in select t from views.tables_of(view) as t loop
        for unsampled in
            select a.attname from pg_attribute as a
            where a.attrelid = format('views.%I', which)::regclass and a.attstattarget = 0
                and a.attnum > 0 and not a.attisdropped
        loop
            execute format('alter table beside.%I alter column %I set statistics 0', which, unsampled);
        end loop;
        execute format('analyze beside.%I', which);
    end loop;
end
$$;
