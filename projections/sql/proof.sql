-- name: alone
select pg_try_advisory_lock(hashtextextended('throughcare build share', 0))

-- name: apart
select pg_advisory_unlock_all()

-- name: unhurried
select set_config('transaction_timeout', '0', false),
    set_config('statement_timeout', '0', false),
    set_config('idle_in_transaction_session_timeout', '60s', false)

-- name: retell
select share.retell()

-- name: forget
select share.forget_retold()

-- name: told_up_to
select position from views.positions where name = 'share'

-- name: parked
select case_id, position from share.parked

-- A case that was parked was told later than its turn: its numbers follow on greater positions.

-- name: told_late
select exists (
    select from (
        select e.position < max(e.position) over (order by e.number) as late
        from share.entries as e where e.partner = %b
    ) as entries
    where late
)
