-- name: rows
select id, person, about, due_on, opens_on, first_score, told
from views.reviews
where person = any(%b::uuid[])

-- name: forget
delete from views.reviews where id = any(%b::uuid[])

-- name: save
insert into views.reviews (id, person, about, due_on, opens_on, first_score, told)
select id, person, about, due_on, opens_on, first_score, told
from unnest(
    %b::uuid[], %b::uuid[], %b::text[], %b::date[], %b::date[], %b::integer[], %b::boolean[]
) as r (id, person, about, due_on, opens_on, first_score, told)

-- name: due
select id, person, about, due_on, opens_on, first_score, told
from views.reviews
where due_on < %b::date and not told
    and (about <> 'communication needs and adjustments' or exists (
        select from views.ties as held
        where held.person = views.reviews.person and held.about = 'pathway'
    ))
order by due_on, id
