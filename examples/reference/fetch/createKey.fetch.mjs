const response = await fetch('http://127.0.0.1:8000/v1/keys', {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    name: 'backend',
    scopes: ['read', 'invoke'],
    daily_cap: 1000,
  }),
});
console.log(response.status, await response.text());
