curl "http://127.0.0.1:8000/leaks/report" \
  -H "Content-Type: application/json" \
  -d '{
    "token": "THE-WHOLE-KEY-THAT-YOU-FOUND",
    "url": "https://gist.example/anna/1f3c"
  }'
