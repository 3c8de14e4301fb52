import axios from 'axios';

const response = await axios({
  method: 'post',
  url: 'http://127.0.0.1:8000/v1/contacts',
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
  data: {
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
  },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
