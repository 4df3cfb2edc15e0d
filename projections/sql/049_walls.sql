-- Walls around what was made beside the first ones.

-- What the relay publishes is a look: it writes it down, and reads none.
grant usage on schema looks to throughcare_relay;
grant usage on sequence looks.numbers to throughcare_relay;
grant insert on looks.looks, looks.persons to throughcare_relay;

-- Access by exception is known where it was taken and where it came up to, and counted for the place.
select share.wall('views.exceptional');
create policy of_partner on views.exceptional to throughcare_serve using (
    organisation = (select share.whose()) or escalated_to = (select share.whose())
);

create function views.exceptional_counts(out open bigint, out waiting bigint, out overdue bigint)
language sql stable security definer set search_path = pg_catalog as $$
    select count(*) filter (where e.ended_at is null),
           count(*) filter (where e.outcome is null),
           count(*) filter (where e.outcome is null and e.review_by < clock_timestamp())
    from views.exceptional as e
$$;

grant execute on function views.exceptional_counts to throughcare_serve;
