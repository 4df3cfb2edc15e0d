-- name: write
with given as materialized (
    select nextval('looks.numbers') as number, g.*
    from unnest(
        %b::text[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[],
        %b::uuid[], %b::bigint[], %b::bigint[], %b::bigint[], %b::uuid[]
    ) with ordinality as g (kind, organisation, practitioner, account, role, purpose, route,
        request, position, first, last, read_for, place)
), shown as materialized (
    select place, person from unnest(%b::bigint[], %b::uuid[]) as s (place, person)
), looked as (
    insert into looks.looks (number, kind, organisation, practitioner, account, role, purpose,
        route, request, position, first, last, read_for, persons)
    select number, kind, organisation, practitioner, account, role, purpose, route, request,
        position, first, last, read_for,
        array(select person from shown where shown.place = given.place order by person)
    from given
)
insert into looks.persons (person, number)
select shown.person, given.number from shown join given using (place)
