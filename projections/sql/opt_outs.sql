-- name: opt_out
insert into views.opted_out (person) select unnest(%b::uuid[]) on conflict do nothing

-- name: opt_in
delete from views.opted_out where person = any(%b::uuid[])
