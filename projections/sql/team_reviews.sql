-- name: rows
select person, id, since, new, step, complexity, told
from views.team_reviews
where person = any(%b::uuid[])

-- name: forget
delete from views.team_reviews where person = any(%b::uuid[])

-- name: save
insert into views.team_reviews (person, id, since, new, step, complexity, told)
select person, id, since, new, step, complexity, told
from unnest(
    %b::uuid[], %b::uuid[], %b::date[], %b::boolean[], %b::smallint[], %b::text[], %b::boolean[]
) as t (person, id, since, new, step, complexity, told)
on conflict (person) do update
set id = excluded.id, since = excluded.since, new = excluded.new, step = excluded.step,
    complexity = excluded.complexity, told = excluded.told

-- name: untold
select person, id, since, new, step, complexity, told
from views.team_reviews
where since < %b::date and not told and step = any(%b::smallint[])
order by since, id
