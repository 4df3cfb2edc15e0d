-- name: of_subjects
select r.partner, r.referral, r.content
from unnest(%b::uuid[], %b::uuid[]) as k (partner, subject)
join views.referrals as r using (partner, subject)

-- name: save
with saved as (
    insert into views.referrals (partner, referral, subject, part, state, urgency, made_at, content)
    select partner, referral, subject, part, state, urgency, made_at, content
    from unnest(
        %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::smallint[], %b::timestamptz[],
        %b::bytea[]
    ) as r (partner, referral, subject, part, state, urgency, made_at, content)
    on conflict (partner, referral) do update
    set part = excluded.part, state = excluded.state, urgency = excluded.urgency,
        made_at = excluded.made_at, content = excluded.content
)
insert into views.referrals_counts as known (partner, part, state, referrals)
select partner, part, state, referrals
from unnest(%b::uuid[], %b::text[], %b::text[], %b::bigint[])
    as moved (partner, part, state, referrals)
order by partner, part, state  -- two that count the same never wait for each other
on conflict (partner, part, state) do update
set referrals = known.referrals + excluded.referrals

-- Where none stands any more there is no row, as if none had ever stood there.

-- name: count_none
delete from views.referrals_counts as known
using unnest(%b::uuid[], %b::text[], %b::text[]) as moved (partner, part, state)
where (known.partner, known.part, known.state) = (moved.partner, moved.part, moved.state)
    and known.referrals = 0

-- name: recount
with counted as (
    select partner, part, state, count(*) as referrals
    from views.referrals group by partner, part, state
), over as (
    delete from views.referrals_counts as known
    where not exists (
        select from counted
        where (counted.partner, counted.part, counted.state)
            = (known.partner, known.part, known.state)
    )
)
insert into views.referrals_counts as known (partner, part, state, referrals)
select partner, part, state, referrals from counted
on conflict (partner, part, state) do update set referrals = excluded.referrals

-- name: page
select r.urgency, r.made_at::text, r.referral, r.content, c.name
from views.referrals as r
left join views.caseload as c on c.partner = r.partner and c.subject = r.subject
where r.partner = %(partner)s and r.part = %(part)s
    and (cardinality(%(states)s::text[]) = 0 or r.state = any(%(states)s::text[]))
    and (r.urgency, r.made_at, r.referral)
        > (%(urgency)s::smallint, %(made)s::timestamptz, %(referral)s::uuid)
order by r.urgency, r.made_at, r.referral
limit %(limit)s

-- name: counts
select state, referrals from views.referrals_counts
where partner = %s and part = %s

-- name: whose
select subject from views.referrals where partner = %s and referral = %s

-- name: one
select r.content, c.name
from views.referrals as r
left join views.caseload as c on c.partner = r.partner and c.subject = r.subject
where r.partner = %s and r.referral = %s
