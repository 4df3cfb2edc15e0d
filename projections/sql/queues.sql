-- name: wait
insert into views.queues (referral, service, since) select referral, service, since
from unnest(%b::uuid[], %b::uuid[], %b::bigint[]) as q (referral, service, since)
on conflict (referral) do update set service = excluded.service, since = excluded.since

-- name: go
delete from views.queues where referral = any(%b::uuid[])

-- name: close
insert into views.closed (service, at) values (%b, %b)
on conflict (service) do update set at = excluded.at

-- name: open
delete from views.closed where service = %b

-- name: left_behind
select q.referral, q.service, q.since, c.at
from views.closed as c join views.queues as q using (service)
where c.at <= %b::timestamptz
order by c.at, q.since
