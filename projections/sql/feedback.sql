-- name: save
insert into views.feedback (id, partner, service, month, experience, words, may_publish)
select id, partner, service, month, experience, words, may_publish
from unnest(
    %b::uuid[], %b::uuid[], %b::uuid[], %b::date[], %b::text[], %b::text[], %b::boolean[]
) as f (id, partner, service, month, experience, words, may_publish)
on conflict (id) do nothing

-- name: counts
select service, month, experience, count(*)
from views.feedback
where partner = %b and month < %b::date
group by service, month, experience

-- name: words
select service, month, words, may_publish
from views.feedback
where partner = %b and month < %b::date and words is not null
order by month, words
