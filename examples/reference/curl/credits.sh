curl "http://127.0.0.1:8000/credits" \
  -H "X-API-Key: $FLUENCE_API_KEY"
