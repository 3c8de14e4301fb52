const response = await fetch(`http://127.0.0.1:8000/v1/keys/${process.env.KEY_ID}`, {
  method: 'PATCH',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    name: 'backend-2',
    daily_cap: null,
  }),
});
console.log(response.status, await response.text());
