#!/usr/bin/env bash
# Follows your share and verifies each day of it that is closed. Needs curl, jq and openssl 3.
#   URL=https://throughcare.example TOKEN=… bash subscribe.sh >> entries.jsonl
# Every entry is a line on stdout. It begins at 1 each time, stops at the first thing that is wrong
# with 5, and pins the key in digest.pem at its first use. ONCE=1 ends when there is no news.
# What the feed holds back (X-Share-Held) stops it, too: start it again once that is given.
set -euo pipefail
ask() { curl -sS --fail-with-body --max-time 90 -H "Authorization: Bearer $TOKEN" "$URL/v1/share$1" "${@:2}"; }
bytes() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }  # of hexadecimal
sha256() { openssl dgst -sha256 -r | cut -c1-64; }
unbase64() { printf '%s===' "$1" | head -c $(((${#1} + 3) / 4 * 4)) | tr -- '-_' '+/' | openssl base64 -d -A; }
stop() { echo "$1" >&2; exit 5; }

files=$(mktemp -d); trap 'rm -r "$files"' EXIT
at=0 day=0001-01-01
chain[0]=$(printf '0%.0s' {1..64})
while :; do
  page=$(ask "?after=$at&limit=500&timeout=${WAIT:-20}")
  while read -r entry; do
    number=$(jq .sharenumber <<<"$entry")
    [ "$number" -eq $((at + 1)) ] || stop "entries $((at + 1)) to $((number - 1)) are missing"
    leaf=$(jq -jcS '{id, type, time, subject, sharenumber, position, backfill, data}' <<<"$entry" | sha256)
    chain[number]=$(bytes "${chain[at]}$leaf" | sha256)
    at=$number
    printf '%s\n' "$entry"
  done < <(jq -c '.[]' <<<"$page")
  [ "$page" = "[]" ] || continue
  ask /read -o /dev/null -H 'Content-Type: application/json' -d "{\"up_to\": $at}"
  days=$(ask "/digests?after=$day" | jq -r '.[].jws')
  if [ -n "$days" ] && ! [ -s digest.pem ]; then
    { bytes 302a300506032b6570032100; unbase64 "$(ask /keys | jq -r '.keys[-1].x')"; } |
      openssl pkey -pubin -inform DER -out digest.pem
  fi
  for signed in $days; do
    IFS=. read -r head payload signature <<<"$signed"
    printf '%s.%s' "$head" "$payload" >"$files/signed"
    unbase64 "$signature" >"$files/signature"
    openssl pkeyutl -verify -pubin -inkey digest.pem -rawin -in "$files/signed" \
      -sigfile "$files/signature" >&2 || stop "a digest is not signed by the key in digest.pem"
    read -r day last sum < <(unbase64 "$payload" | jq -r '"\(.day) \(.last) \(.sha256)"')
    [ "$last" -le "$at" ] || stop "$day goes up to $last, and only $at were received"
    [ "${chain[last]}" = "$sum" ] || stop "$day is not what was signed"
    echo "$day: verified up to $last" >&2
  done
  [ -z "${ONCE:-}" ] || exit 0
done
