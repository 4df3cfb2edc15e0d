-- What PostgreSQL's catalogue says of roles, grants, owners, walls, functions and guards.

-- name: roles
select r.rolname,
    concat_ws(', ',
        case when r.rolcanlogin then 'logs in' end, case when r.rolsuper then 'SUPERUSER' end,
        case when r.rolbypassrls then 'BYPASSRLS' end, case when r.rolcreaterole then 'CREATEROLE' end,
        case when r.rolcreatedb then 'CREATEDB' end, case when r.rolreplication then 'REPLICATION' end),
    array(select m.roleid::regrole::text from pg_auth_members as m where m.member = r.oid order by 1),
    coalesce(array(select unnest(s.setconfig) order by 1), '{}')
from pg_roles as r left join pg_db_role_setting as s on s.setrole = r.oid and s.setdatabase = 0
where r.rolname like 'throughcare%' order by 1

-- name: owners
with ours as (
select oid, nspname, nspowner, nspacl from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema'
)
select distinct owner::regrole::text from (
    select nspowner from ours
    union all select c.relowner from pg_class as c join ours on ours.oid = c.relnamespace
    union all select p.proowner from pg_proc as p join ours on ours.oid = p.pronamespace
    union all select datdba from pg_database where datname = current_database()
) as things (owner) order by 1

-- name: defaults
select pg_get_userbyid(defaclrole), coalesce(defaclnamespace::regnamespace::text, 'everywhere'),
       defaclobjtype::text, defaclacl::text
from pg_default_acl order by 1, 2, 3

-- name: grants
with ours as (
select oid, nspname, nspowner, nspacl from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema'
), things (what, owner, acl) as (
    select 'database', datdba, coalesce(datacl, acldefault('d', datdba)) from pg_database
    where datname = current_database()
    union all
    select 'schema ' || nspname::text, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from ours
    union all
    select case c.relkind when 'r' then '' when 'p' then '' when 'S' then 'sequence '
               when 'v' then 'view ' when 'm' then 'materialized view ' else c.relkind::text || ' ' end
           || n.nspname || '.' || c.relname, c.relowner,
           coalesce(c.relacl, acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner))
    from pg_class as c join ours as n on n.oid = c.relnamespace
    where c.relkind not in ('i', 'I', 't', 'c')
    union all
    select n.nspname || '.' || c.relname || ' (' || a.attname || ')', c.relowner, a.attacl
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid
    join ours as n on n.oid = c.relnamespace
    where a.attacl is not null
    union all
    select n.nspname || '.' || p.proname || '()', p.proowner,
           coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_proc as p join ours as n on n.oid = p.pronamespace
)
select case g.grantee when 0 then 'anybody' else g.grantee::regrole::text end, t.what,
       string_agg(distinct g.privilege_type || case when g.is_grantable then ' (may grant)' else '' end,
                  ', ')
from things as t, aclexplode(t.acl) as g
where g.grantee <> t.owner
group by 1, 2 order by 1, 2

-- name: walls
with ours as (
select oid, nspname, nspowner, nspacl from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema'
)
select n.nspname || '.' || c.relname,
    case when c.relforcerowsecurity and c.relrowsecurity then 'forced'
         when c.relrowsecurity then 'NOT FORCED' else 'NONE, but policies' end,
    array(
        select p.polname || case when p.polpermissive then '' else ' (restrictive)' end || ', '
            || case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert'
                   when 'w' then 'update' else 'delete' end
            || ', ' || (select string_agg(case each when 0 then 'anybody' else each::regrole::text end,
                        ' ' order by each::regrole::text) from unnest(p.polroles) as each)
            || coalesce(': ' || regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\s+', ' ', 'g'), '')
            || coalesce(' / ' || nullif(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid),
                        '\s+', ' ', 'g'), regexp_replace(pg_get_expr(p.polqual, p.polrelid),
                        '\s+', ' ', 'g')), '')
        from pg_policy as p where p.polrelid = c.oid order by p.polname
    )
from pg_class as c join ours as n on n.oid = c.relnamespace
where c.relrowsecurity or c.relforcerowsecurity
    or exists (select from pg_policy as p where p.polrelid = c.oid)
order by 1

-- name: functions
with ours as (
select oid, nspname, nspowner, nspacl from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema'
)
select n.nspname || '.' || p.proname || ' of ' || p.pronargs,
    case when p.prosecdef then 'as its owner ' || p.proowner::regrole::text else 'as who calls it' end,
    array(select unnest(p.proconfig) order by 1)
from pg_proc as p join ours as n on n.oid = p.pronamespace order by 1

-- name: guards
with ours as (
select oid, nspname, nspowner, nspacl from pg_namespace
where nspname !~ '^pg_' and nspname <> 'information_schema'
)
select n.nspname || '.' || c.relname, t.tgname,
    case t.tgenabled when 'A' then 'always' when 'O' then 'unless replicating' else 'OFF' end
from pg_trigger as t join pg_class as c on c.oid = t.tgrelid join ours as n on n.oid = c.relnamespace
where not t.tgisinternal order by 1, 2
