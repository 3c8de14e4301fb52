const response = await fetch('http://127.0.0.1:8000/crm_basico', {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    primeiro_nome: 'Marina',
    ultimo_nome: 'Duarte Prado',
    empresa: 'Horizonte Sistemas',
  }),
});
console.log(response.status, await response.text());
