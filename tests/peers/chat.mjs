// Chats by the official client: whole, streamed, streamed with usage, and stopped in the middle. Prints what came as JSON.
// chat.mjs BASE_URL KEY

import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const asked = { model: "any", max_tokens: 50, messages: [{ role: "user", content: "four words of text" }] };

async function all(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const text = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
const create = (more) => client.chat.completions.create({ ...asked, ...more });

const whole = await create({});
const streamed = await all(await create({ stream: true }));
const counted = await all(await create({ stream: true, stream_options: { include_usage: true } }));
let first;
for await (const chunk of await create({ stream: true })) {
  first = chunk;
  break;
}
let refused = null;
try {
  const stranger = new OpenAI({ baseURL, apiKey: "an-unknown-key-for-tests", maxRetries: 0 });
  await stranger.chat.completions.create(asked);
} catch (error) {
  refused = error.status;
}

console.log(
  JSON.stringify({
    whole: whole.choices[0].message.content,
    tokens: [whole.usage.prompt_tokens, whole.usage.completion_tokens],
    streamed: text(streamed),
    counted: text(counted),
    events_not_asked_for: streamed.filter((chunk) => chunk.usage || chunk.choices.length === 0).length,
    usage: [counted.at(-1).usage.prompt_tokens, counted.at(-1).usage.completion_tokens],
    first: text([first]),
    refused,
  }),
);
