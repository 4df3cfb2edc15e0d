-- name: keep
insert into views.withdrawals (
    partner, number, subject, position, withdrawn_at, acknowledged_at, kept_as
)
select partner, number, subject, position, withdrawn_at, acknowledged_at, kept_as
from unnest(%b::uuid[], %b::bigint[], %b::uuid[], %b::bigint[], %b::timestamptz[],
        %b::timestamptz[], %b::text[])
    as w (partner, number, subject, position, withdrawn_at, acknowledged_at, kept_as)
on conflict (partner, number) do nothing

-- name: acknowledge
update views.withdrawals as w
set acknowledged_at = a.at
from unnest(%b::uuid[], %b::bigint[], %b::timestamptz[]) as a (partner, up_to, at)
where w.partner = a.partner and w.position <= a.up_to and w.acknowledged_at is null

-- name: of_partner
select number, subject, position, withdrawn_at, kept_as
from views.withdrawals
where partner = %b and acknowledged_at is null
order by number
limit 1000

-- name: of_everybody
select partner, person, position, withdrawn_at from views.not_acknowledged(%b::uuid)
