-- How far a group's workers are behind what is told; which persons it is, and whose, stays unsaid.

-- ``idle``: partitions that are behind, and of which nobody has folded anything for so many seconds.
create function views.group_lag(patience double precision)
returns table (
    partitions bigint, behind bigint, seconds double precision, idle bigint, parked bigint
)
language sql stable security definer set search_path = pg_catalog as $$
    select count(*), count(*) filter (where p.late is not null),
           greatest(coalesce(max(p.late), 0), 0),
           count(*) filter (where p.late > patience and p.still > patience),
           (select count(*) from views.parked_persons)
    from (
        select extract(epoch from clock_timestamp() - g.moved_at) as still,
               case when g.position < s.position then
                   extract(epoch from clock_timestamp() - log.recorded_at(g.position + 1))
               end as late
        from views.partitions as g
        cross join views.positions as s
        where s.name = 'share'
    ) as p
$$;

revoke all on function views.group_lag from public;
grant execute on function views.group_lag to throughcare_serve, throughcare_audit;
