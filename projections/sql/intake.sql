-- name: keep
insert into intake.messages (id, organisation, person, kind, sha256, original, outcome, intention)
values (%b, %b, %b, %b, %b, %b, %b, %b)

-- name: same
select id, person, sha256, outcome, intention
from intake.messages
where organisation = %b and sha256 = %b and outcome = 'recorded'
limit 1

-- name: original
select person, sha256, original from intake.messages where id = %b
