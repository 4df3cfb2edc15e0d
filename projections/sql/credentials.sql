-- name: add_client
insert into credentials.clients (id, partner, name, scopes, made_by)
values (%s, %s, %s, %s, %s)
on conflict (id) do nothing
returning id;

-- name: one_at_a_time
select pg_advisory_xact_lock(hashtextextended(%s::text, 7310585026117864));

-- name: add_public_key
insert into credentials.public_keys (thumbprint, client, algorithm, key, made_by)
values (%s, %s, %s, %s, %s)
on conflict (thumbprint) do nothing
returning thumbprint;

-- name: client
select id, partner, name, scopes, made_at, made_by,
    (select revoked_at from credentials.revocations where credential = id::text)
from credentials.clients
where id = %s;

-- name: clients
select id, partner, name, scopes, made_at, made_by,
    (select revoked_at from credentials.revocations where credential = id::text)
from credentials.clients
where partner = %s
order by made_at, id;

-- name: public_keys
select thumbprint, client, algorithm, key, made_at, made_by,
    (select revoked_at from credentials.revocations where credential = thumbprint)
from credentials.public_keys
where client = any(%s)
order by made_at, thumbprint;

-- name: add_api_key
insert into credentials.api_keys (id, partner, name, digest, scopes, made_by, expires_at)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing
returning id;

-- name: api_keys
select id, partner, name, scopes, made_at, made_by, expires_at, last_used_at,
    (select revoked_at from credentials.revocations where credential = id::text)
from credentials.api_keys
where partner = %s
order by made_at, id;

-- name: used_api_key
with found as (
    select id, partner, name, scopes, last_used_at
    from credentials.api_keys
    where digest = %s and expires_at > clock_timestamp()
        and not exists (select from credentials.revocations where credential = id::text)
), used as (
    -- Once a minute is enough to see whether it is used, and spares a write for each request.
    update credentials.api_keys as key set last_used_at = clock_timestamp()
    from found
    where key.id = found.id
        and (found.last_used_at is null
            or found.last_used_at < clock_timestamp() - interval '1 minute')
)
select id, partner, name, scopes from found;

-- name: live_client
select client.id, client.partner, client.name, client.scopes
from credentials.clients as client
join credentials.public_keys as key on key.client = client.id and key.thumbprint = %s
where client.id = %s
    and not exists (
        select from credentials.revocations
        where credential in (client.id::text, key.thumbprint)
    );

-- name: revoke
insert into credentials.revocations (credential, revoked_by) values (%s, %s)
on conflict (credential) do nothing;

-- name: use_assertion
with over as (
    delete from credentials.used_assertions
    where expires_at < clock_timestamp() - interval '10 minutes'
)
insert into credentials.used_assertions (client, assertion, expires_at) values (%s, %s, %s)
on conflict (client, assertion) do nothing
returning true;
