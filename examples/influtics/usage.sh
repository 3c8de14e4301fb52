#!/bin/sh
# What the account has used, by day.
curl --silent --show-error --fail-with-body "$INFLUTICS_URL/v1/account/usage" \
  --header "Authorization: Bearer $INFLUTICS_API_KEY" \
  --header "Content-Type: application/json"
