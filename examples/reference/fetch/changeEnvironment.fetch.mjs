const response = await fetch(`http://127.0.0.1:8000/v1/environments/${process.env.ENVIRONMENT_ID}`, {
  method: 'PATCH',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    key_cap: 1,
  }),
});
console.log(response.status, await response.text());
