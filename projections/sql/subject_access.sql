-- name: request
insert into views.subject_access (request, organisation, received_on, due_on)
values (%b, %b, %b::date, %b::date) on conflict (request) do nothing

-- name: answer
update views.subject_access set answered_at = %b::timestamptz
where request = %b and answered_at is null

-- name: of
select request, received_on, due_on, answered_at
from views.subject_access
where organisation = %b
order by answered_at is not null, due_on, request
limit %b
