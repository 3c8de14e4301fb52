#!/bin/sh
# Who is this person? One credit, answered in Portuguese.
curl --silent --show-error --fail-with-body "$FLUENCE_PORTUGUESE_URL/crm_basico" \
  --header "X-API-Key: $FLUENCE_API_KEY" \
  --header "Content-Type: application/json" \
  --data '{"primeiro_nome": "João", "ultimo_nome": "Silva", "empresa": "Microsoft Brasil"}'
