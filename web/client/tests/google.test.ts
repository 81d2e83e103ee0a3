import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, parseReturn } from "../src/account/google.ts";

const begun = { nonce: "n-1", state: "s-1" };

test("people are sent to Google with what must come back", () => {
  const client = { client_id: "1-web.apps.googleusercontent.com", authorization_url: "https://accounts.google.com/o/oauth2/v2/auth?hl=ru" };
  const url = new URL(addressOf(client, begun, "https://beseda.example/"));
  assert.equal(url.origin + url.pathname, "https://accounts.google.com/o/oauth2/v2/auth");
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    hl: "ru",
    client_id: "1-web.apps.googleusercontent.com",
    redirect_uri: "https://beseda.example/",
    response_type: "id_token",
    scope: "openid profile",
    nonce: "n-1",
    state: "s-1",
    prompt: "select_account",
  });
});

test("what comes back is taken if it was begun here", () => {
  assert.deepEqual(parseReturn("#state=s-1&id_token=a.b.c&authuser=0", begun), { proof: { id_token: "a.b.c", nonce: "n-1" } });
  assert.deepEqual(parseReturn("#error=access_denied&state=s-1", begun), { refused: "access_denied" });
  for (const other of [null, { ...begun, state: "s-2" }]) {
    assert.deepEqual(parseReturn("#state=s-1&id_token=a.b.c", other), { refused: "state" });
  }
});

test("other places are not Google's", () => {
  for (const hash of ["", "#/", "#/d/abc", "#state=s-1", "#id_token=x", "#tgWebAppVersion=8.0&tgWebAppData=x"]) {
    assert.equal(parseReturn(hash, begun), null, hash);
  }
});
