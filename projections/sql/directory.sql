-- name: all
select kind, state from views.directory order by kind, stream

-- name: save
insert into views.directory (stream, kind, state) values (%b, %b, %b)
on conflict (stream) do update set state = excluded.state
