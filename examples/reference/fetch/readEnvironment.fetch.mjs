const response = await fetch(`http://127.0.0.1:8000/v1/environments/${process.env.ENVIRONMENT_ID}`, {
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
});
console.log(response.status, await response.text());
