curl "http://127.0.0.1:8000/v1/contacts" \
  -H "X-API-Key: $FLUENCE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "first_name": "Ana",
    "last_name": "Prates",
    "company": "Zyntra",
    "title": "Head of Sales",
    "posts": [
      {
        "text": "We opened an office in Recife.",
        "published_at": "2026-01-15"
      }
    ]
  }'
