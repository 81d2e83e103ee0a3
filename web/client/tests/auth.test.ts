import "./browser.ts";
import { isSignedIn, problem, serve, signIn } from "./service.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { accessToken } from "../src/account/auth.ts";
import { json } from "../src/api/client.ts";
import { Problem } from "../src/api/problem.ts";

const bearer = (init: RequestInit) => (init.headers as Record<string, string>).Authorization;
const pair = (n: number) => Response.json({ access_token: `a${n}`, refresh_token: `r${n}`, expires_in: 1_800 });
const type = (wanted: string) => (error: unknown) => error instanceof Problem && error.type === wanted;

test("many calls at once refresh once, each token is used once", async () => {
  signIn(0);
  const used: string[] = [];
  serve((path, init) => {
    assert.equal(path, "/v1/auth/refresh");
    used.push((JSON.parse(String(init.body)) as { refresh_token: string }).refresh_token);
    return pair(used.length);
  });
  assert.deepEqual(await Promise.all([accessToken(), accessToken(), accessToken()]), ["a1", "a1", "a1"]);
  assert.deepEqual(used, ["r0"]);
  assert.equal(await accessToken(), "a1");
  // Refused before its time: the next one.
  assert.deepEqual(await Promise.all([accessToken("a1"), accessToken("a1")]), ["a2", "a2"]);
  assert.deepEqual(used, ["r0", "r1"]);
});

test("a call whose token is refused is repeated once with a new one", async () => {
  signIn();
  const seen: unknown[] = [];
  serve((path, init) => {
    if (path === "/v1/auth/refresh") return pair(1);
    seen.push(bearer(init));
    return bearer(init) === "Bearer a1" ? Response.json({ id: "me" }) : problem("unauthorized", 401);
  });
  assert.deepEqual(await json("/v1/me"), { id: "me" });
  assert.deepEqual(seen, ["Bearer a0", "Bearer a1"]);
});

test("only the service's own word signs out", async () => {
  for (const failure of [() => problem("unavailable", 503), () => new Response("<html>", { status: 401 }), () => { throw new TypeError("no network"); }]) {
    signIn(0);
    serve(failure);
    await assert.rejects(accessToken());
    assert.ok(isSignedIn());
  }
  serve(() => problem("token-reused", 401));
  await assert.rejects(accessToken(), type("token-reused"));
  assert.ok(!isSignedIn());
});

test("problems are told as they are, and waiting times are read from the header, too", async () => {
  signIn();
  serve(() => new Response("slow down", { status: 429, headers: { "Retry-After": "7" } }));
  await assert.rejects(json("/v1/me"), (error) => error instanceof Problem && error.type === "too-many-requests" && error.body.retry_after === 7);
  serve(() => problem("quota-exceeded", 402, { renews_at: "2026-12-25T00:00:00Z" }));
  await assert.rejects(json("/v1/me"), (error) => error instanceof Problem && error.body.renews_at === "2026-12-25T00:00:00Z");
});
