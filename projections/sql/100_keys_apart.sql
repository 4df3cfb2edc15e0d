-- Persons' keys lie in a database of their own, so who is erased is asked of the log's own view.
create or replace function share.erased(subjects uuid[]) returns setof uuid
language sql stable security definer set search_path = pg_catalog as $$
    select s.subject
    from share.subjects as s
    join views.erased as e on e.person = s.person
    where s.partner = share.whose() and s.subject = any(subjects)
$$;
