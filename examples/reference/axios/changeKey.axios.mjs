import axios from 'axios';

const response = await axios({
  method: 'patch',
  url: `http://127.0.0.1:8000/v1/keys/${process.env.KEY_ID}`,
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
  data: {
    name: 'backend-2',
    daily_cap: null,
  },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
