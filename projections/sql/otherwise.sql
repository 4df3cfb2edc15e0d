-- Up to where history is judged by another rule, as the role that audits.

-- name: recorded_at
select recorded_at from log.facts where position = %b::bigint

-- name: known_by
select coalesce(max(position), 0) from log.facts where recorded_at <= %b::timestamptz
