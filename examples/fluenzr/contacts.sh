#!/bin/sh
# The account's contacts.
curl --silent --show-error --fail-with-body "$FLUENZR_URL/v1/contacts" \
  --header "Authorization: Bearer $FLUENZR_API_KEY" \
  --header "Content-Type: application/json"
