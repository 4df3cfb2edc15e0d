-- Whoever is counted asks next where the views are: it comes with the count.

-- name: count
with counted as (
    insert into limits.counts as count (who, rate, began, used)
    select who, rate, floor(extract(epoch from clock_timestamp()) / seconds)::bigint, many
    from unnest(%b::bytea[], %b::text[], %b::int[], %b::int[]) as asked (who, rate, seconds, many)
    order by who, rate  -- two that count the same never wait for each other
    on conflict (who, rate) do update
        set used = excluded.used
                + case when count.began = excluded.began then count.used else 0 end,
            began = excluded.began
    returning who, rate, used
)
select counted.who, counted.rate, counted.used, extract(epoch from clock_timestamp())::float8,
    views.directory, views.shown
from counted cross join (
    select max(position) filter (where name = 'directory') as directory, min(position) as shown
    from views.positions
) as views;

-- name: forget
delete from limits.counts
where rate = %s and began < floor(extract(epoch from clock_timestamp()) / %s)::bigint;
