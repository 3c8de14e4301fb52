#!/bin/sh
# As deep as `tier` says. Without a key this needs a gateway in development mode: fluence serve --dev
curl --silent --show-error --fail-with-body "$FLUENCE_ENGLISH_URL/analyze-comprehensive" \
  --header "Content-Type: application/json" \
  --data '{"first_name": "John", "last_name": "Doe", "company": "Microsoft", "tier": "basic", "allow_mock_data": true}'
