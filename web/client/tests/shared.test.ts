import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/store/route.ts";
import { sharedText } from "../src/store/shared.ts";

test("what is shared comes by the place or by the query", () => {
  assert.equal(sharedText("", "#/new?text=%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82%20%26%20%23%2B"), "Привет & #+");
  assert.equal(sharedText("?title=News&text=+Look%0Ahere+&url=https%3A%2F%2Fa.example%2F%3Fb%3D1", ""), "News\nLook\nhere\nhttps://a.example/?b=1");
  // A question mark of the text's own.
  assert.equal(sharedText("", "#/new?text=why?"), "why?");
});

test("nothing else is shared", () => {
  for (const [search, hash] of [["", ""], ["?text=", ""], ["?text=%20%0A", ""], ["?utm=1", "#/new"], ["", "#/d/1?text=x"], ["", "#tgWebAppData=text=x"]] as const) {
    assert.equal(sharedText(search, hash), null, `${search}${hash}`);
  }
});

test("a place with something shared is that place", () => {
  assert.deepEqual(parse("#/new?text=a/b"), { page: "new" });
  assert.deepEqual(parse("#/new?text=one\ntwo"), { page: "new" });
});
