curl "http://127.0.0.1:8000/v1/keys/$KEY_ID" -X PATCH \
  -H "X-API-Key: $FLUENCE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "backend-2",
    "daily_cap": null
  }'
