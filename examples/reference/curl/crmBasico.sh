curl "http://127.0.0.1:8000/crm_basico" \
  -H "X-API-Key: $FLUENCE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "primeiro_nome": "Marina",
    "ultimo_nome": "Duarte Prado",
    "empresa": "Horizonte Sistemas"
  }'
