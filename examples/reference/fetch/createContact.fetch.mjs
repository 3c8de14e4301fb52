const response = await fetch('http://127.0.0.1:8000/v1/contacts', {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.FLUENCE_API_KEY,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({
    first_name: 'Ana',
    last_name: 'Prates',
    company: 'Zyntra',
    title: 'Head of Sales',
    posts: [
      {
        text: 'We opened an office in Recife.',
        published_at: '2026-01-15',
      },
    ],
  }),
});
console.log(response.status, await response.text());
