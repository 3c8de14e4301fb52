curl "http://127.0.0.1:8000/v1/keys/$KEY_ID/rotate" \
  -H "X-API-Key: $FLUENCE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "overlap_seconds": 3600
  }'
