-- name: lead
-- One relay is active: the session that holds this lock. Asking again while holding it nests.
select exists (
    select from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = 7310 and objid = 585
) or pg_try_advisory_lock(7310, 585)
