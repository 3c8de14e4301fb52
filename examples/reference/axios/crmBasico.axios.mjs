import axios from 'axios';

const response = await axios({
  method: 'post',
  url: 'http://127.0.0.1:8000/crm_basico',
  headers: { 'X-API-Key': process.env.FLUENCE_API_KEY },
  data: {
    primeiro_nome: 'Marina',
    ultimo_nome: 'Duarte Prado',
    empresa: 'Horizonte Sistemas',
  },
  timeout: 30_000,
  validateStatus: () => true,
});
console.log(response.status, JSON.stringify(response.data, null, 2));
