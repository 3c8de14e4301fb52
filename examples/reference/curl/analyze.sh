curl "http://127.0.0.1:8000/analyze" \
  -H "X-API-Key: $FLUENCE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "first_name": "Marina",
    "last_name": "Duarte Prado",
    "company": "Horizonte Sistemas"
  }'
