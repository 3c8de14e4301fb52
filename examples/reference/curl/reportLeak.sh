curl "http://127.0.0.1:8000/leaks/report" \
  -H "Content-Type: application/json" \
  -d '{
    "token": "fluence_live_0000000000000000000000000000000000000000",
    "url": "https://gist.example/anna/1f3c"
  }'
