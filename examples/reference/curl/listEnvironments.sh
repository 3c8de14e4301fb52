curl "http://127.0.0.1:8000/v1/environments?limit=10" \
  -H "X-API-Key: $FLUENCE_API_KEY"
