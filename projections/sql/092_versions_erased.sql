-- Who is erased has no care record; that one volume of another kind is gone is no erasure.
create or replace function share.erased(subjects uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
    select s.subject
    from share.subjects as s
    join keys.person_keys as k on k.person = s.person and k.retention = 'care'
    where s.partner = share.whose() and s.subject = any(subjects) and k.destroyed_at is not null
$$;
