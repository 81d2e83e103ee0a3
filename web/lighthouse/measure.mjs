// Measures the web client as a phone loads it for the first time, by Lighthouse: the form, and a conversation.
//
//   node measure.mjs BESEDA
//
// Starts that program on an empty database, prints scores and what was loaded, and ends with 1 under a bound.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const BOUNDS = { performance: 95, accessibility: 100, "best-practices": 95 };
/** The middle one of so many counts: they differ a little. */
const RUNS = 3;
const TIMES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function serve(program, folder) {
  const port = await freePort();
  const env = {
    BESEDA__HTTP__LISTEN: `127.0.0.1:${port}`,
    BESEDA__METRICS__LISTEN: `127.0.0.1:${await freePort()}`,
    BESEDA__DATABASE__URL: `sqlite://${folder}/beseda.db`,
  };
  const service = spawn(program, ["serve"], { cwd: folder, env, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 500; tries++) {
    if (service.exitCode !== null) throw new Error(`the service ended with ${service.exitCode}`);
    if ((await fetch(`${url}/readyz`).catch(() => null))?.ok) return { service, url };
    await pause(20);
  }
  throw new Error("the service does not become ready");
}

/** A call of the API. */
async function call(url, path, body, token) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Somebody who has talked: their tokens as the client keeps them, and where their conversation is. */
async function talk(url) {
  const { access_token, refresh_token, expires_in } = await call(url, "/v1/users", { name: "Анна", gender: "female", age: 27 });
  const session = await call(url, "/v1/sessions", {}, access_token);
  for (let number = 1; number <= 10; number++) {
    await call(url, `/v1/sessions/${session.id}/messages`, { message_text: `Вопрос ${number}: что ты умеешь?` }, access_token);
  }
  const tokens = JSON.stringify({ access_token, refresh_token, expires_at: Date.now() + expires_in * 1000 });
  return { tokens, place: `/#/d/${session.id}` };
}

/** The middle of several measurements, by performance. */
async function measure(browser, url) {
  const results = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await browser.newPage();
    // Tokens stay; what was kept of the client does not: each time is a first time.
    const result = await lighthouse(url, { onlyCategories: Object.keys(BOUNDS), logLevel: "error" }, undefined, page);
    if (result.lhr.runtimeError) throw new Error(result.lhr.runtimeError.message);
    results.push(result.lhr);
    await page.close();
  }
  results.sort((a, b) => a.categories.performance.score - b.categories.performance.score);
  return results[(RUNS - 1) / 2];
}

/** Prints a measurement; gives what is under a bound. */
function report(name, lhr) {
  const score = (category) => Math.round((lhr.categories[category].score ?? 0) * 100);
  console.log(`\n${name} (Lighthouse ${lhr.lighthouseVersion}, ${lhr.configSettings.formFactor}, the middle of ${RUNS})`);
  for (const category of Object.keys(BOUNDS)) console.log(`  ${category}: ${score(category)}`);
  console.log(`  ${TIMES.map((id) => `${lhr.audits[id].title} ${lhr.audits[id].displayValue}`).join(", ")}`);
  const loaded = lhr.audits["network-requests"].details.items;
  const bytes = (items) => items.reduce((sum, item) => sum + item.transferSize, 0);
  const kinds = [...new Set(loaded.map((item) => item.resourceType))];
  const parts = kinds.map((kind) => `${kind} ${bytes(loaded.filter((item) => item.resourceType === kind))}`);
  console.log(`  loaded: ${bytes(loaded)} bytes in ${loaded.length} requests (${parts.join(", ")})`);
  for (const { auditRefs } of Object.values(lhr.categories)) {
    for (const { id, weight } of auditRefs) {
      const audit = lhr.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 0.9) console.log(`  ! ${id}: ${audit.title} ${audit.displayValue ?? ""}`);
    }
  }
  return Object.entries(BOUNDS).filter(([category, bound]) => score(category) < bound).map(([category, bound]) => `${name}: ${category} is under ${bound}`);
}

const folder = await mkdtemp(join(tmpdir(), "beseda-lighthouse-"));
const { service, url } = await serve(process.argv[2], folder);
const browser = await puppeteer.launch({ executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const under = report("the form", await measure(browser, `${url}/`));
  const { tokens, place } = await talk(url);
  const page = await browser.newPage();
  await page.goto(`${url}/manifest.webmanifest`);
  await page.evaluate((kept) => localStorage.setItem("beseda.tokens", kept), tokens);
  await page.close();
  under.push(...report("a conversation of ten answers", await measure(browser, url + place)));
  for (const line of under) console.error(line);
  process.exitCode = under.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  service.kill();
  await rm(folder, { recursive: true, force: true });
}
