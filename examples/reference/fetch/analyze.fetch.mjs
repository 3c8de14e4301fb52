const response = await fetch('http://127.0.0.1:8000/analyze', {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    first_name: 'Marina',
    last_name: 'Duarte Prado',
    company: 'Horizonte Sistemas',
  }),
});
console.log(response.status, await response.text());
