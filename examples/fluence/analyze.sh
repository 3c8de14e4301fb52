#!/bin/sh
# The traits that a person's own texts support. One credit, answered in English.
curl --silent --show-error --fail-with-body "$FLUENCE_ENGLISH_URL/analyze" \
  --header "X-API-Key: $FLUENCE_API_KEY" \
  --header "Content-Type: application/json" \
  --data '{"first_name": "John", "last_name": "Doe", "company": "Microsoft", "language": "en"}'
