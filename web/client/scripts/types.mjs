// Writes src/api/schema.ts from the service's own OpenAPI document, or says whether it is current:
//
//   beseda openapi | node client/scripts/types.mjs            writes it
//   beseda openapi | node client/scripts/types.mjs --check    ends with 1 if it differs
//
// The result is committed, so that building the client needs no built service.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const target = new URL("../src/api/schema.ts", import.meta.url);
let json = "";
for await (const piece of process.stdin.setEncoding("utf8")) json += piece;
const document = JSON.parse(json);
const head = "// Made from the OpenAPI document by scripts/types.mjs. Not to be edited.\n\n";
const text = head + astToString(await openapiTS(document, { alphabetize: true }));

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/api/schema.ts is not what the OpenAPI document says: run `beseda openapi | npm run types`");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
