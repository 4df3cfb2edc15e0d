-- name: hold
insert into views.training (id, holder, topic, title, held_on, minutes, trainer, roles)
values (%b, %b, %b, %b, %b, %b, %b::uuid, %b::text[])
on conflict (id) do nothing

-- name: attend
insert into views.training_attended (training, practitioner, partner)
select training, practitioner, partner
from unnest(%b::uuid[], %b::uuid[], %b::uuid[]) as a (training, practitioner, partner)
on conflict (training, practitioner) do nothing

-- name: sessions
select id, holder, topic, title, held_on, minutes, trainer, roles
from views.training
order by held_on desc, id
limit 200

-- name: attended
select attended.training, attended.practitioner, attended.partner, held.topic, held.held_on
from views.training_attended as attended
join views.training as held on held.id = attended.training
where attended.partner = %b or held.holder = %b
order by held.held_on desc, attended.practitioner
