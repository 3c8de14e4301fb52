#!/bin/sh
# Checks a key without spending credits.
curl --silent --show-error --fail-with-body "$FLUENCE_PORTUGUESE_URL/saude" --header "X-API-Key: $FLUENCE_API_KEY"
