import { readFileSync } from 'node:fs';

for (const step of JSON.parse(readFileSync(process.argv[2]))) {
  Object.assign(process.env, step.environment);
  console.log(`=== ${step.operation}`);
  await import(step.file);
}
