// The traits that a person's own texts support. One credit, answered in English.
const axios = require('axios');

async function main() {
  const { data } = await axios.post(
    `${process.env.FLUENCE_ENGLISH_URL}/analyze`,
    { first_name: 'John', last_name: 'Doe', company: 'Apple', language: 'en' },
    { headers: { 'X-API-Key': process.env.FLUENCE_API_KEY } },
  );
  console.log('openness:', data.analise.ocean_scores.openness);
  console.log('credits left:', data.billing_info.creditos_restantes);
}

main().catch((error) => {
  console.error(error.response?.data ?? error.message);
  process.exit(1);
});
