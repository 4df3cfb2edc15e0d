-- name: count
insert into limits.counts as count (who, rate, began, used)
select who, rate, floor(extract(epoch from clock_timestamp()) / seconds)::bigint, 1
from unnest(%s::bytea[], %s::text[], %s::int[]) as asked (who, rate, seconds)
order by who, rate  -- two that count the same never wait for each other
on conflict (who, rate) do update
    set used = case when count.began = excluded.began then count.used + 1 else 1 end,
        began = excluded.began
returning rate, used, extract(epoch from clock_timestamp());

-- name: forget
delete from limits.counts
where rate = %s and began < floor(extract(epoch from clock_timestamp()) / %s)::bigint;
