// Who a person is, in Portuguese, for one credit.
const axios = require('axios');

async function main() {
  const { data } = await axios.post(
    `${process.env.FLUENCE_PORTUGUESE_URL}/crm_basico`,
    { primeiro_nome: 'Maria', ultimo_nome: 'Santos', empresa: 'Google Brasil' },
    { headers: { 'X-API-Key': process.env.FLUENCE_API_KEY } },
  );
  console.log('person:', data.analise.person.first_name);
  console.log('credits left:', data.billing_info.creditos_restantes);
}

main().catch((error) => {
  console.error(error.response?.data ?? error.message);
  process.exit(1);
});
