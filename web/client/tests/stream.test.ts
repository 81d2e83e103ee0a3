import "./browser.ts";
import { problem, serve, signIn, stream, whole } from "./service.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../src/api/stream.ts";
import { Problem } from "../src/api/problem.ts";

function reader() {
  const seen = { text: "", accepted: 0 };
  return { seen, accepted: () => void seen.accepted++, delta: (piece: string) => void (seen.text += piece) };
}

const after = (init: RequestInit) => (init.headers as Record<string, string>)["Last-Event-ID"] ?? null;
const target = { message_id: "m", turn_id: "t" };

test("an answer is whole, wherever its stream is cut", async () => {
  signIn();
  for (let cut = 0; cut < 1_500; cut += 7) {
    let opened = 0;
    serve((path, init) => {
      assert.equal(path, "/v1/messages/m/stream?turn=t");
      return stream(after(init), opened++ === 0 ? cut : Infinity);
    });
    const read = reader();
    const end = await follow(target, null, read, new AbortController().signal);
    assert.ok("done" in end);
    assert.equal(read.seen.text, whole, `cut at ${cut}`);
  }
});

test("cut again and again, it goes on from where it was", async () => {
  signIn();
  let opened = 0;
  serve((_path, init) => {
    opened++;
    // Each connection lives for a few events.
    return opened % 3 === 0 ? problem("unavailable", 503) : stream(after(init), 420);
  });
  const read = reader();
  assert.ok("done" in (await follow(target, null, read, new AbortController().signal)));
  assert.equal(read.seen.text, whole);
  assert.ok(opened > 2);
});

test("a send that is cut before it is accepted is a failure: the queue sends it again", async () => {
  signIn();
  await assert.rejects(follow(null, stream(null, 10), reader(), new AbortController().signal), (error) => error instanceof Problem && error.type === "no-network");
});

test("a send that is cut afterwards is resumed", async () => {
  signIn();
  serve((_path, init) => stream(after(init)));
  const read = reader();
  assert.ok("done" in (await follow(null, stream(null, 170), read, new AbortController().signal)));
  assert.equal(read.seen.text, whole);
  assert.equal(read.seen.accepted, 1);
});

test("what is gone is not asked for again", async () => {
  signIn();
  let opened = 0;
  serve(() => (opened++, problem("not-found", 404)));
  await assert.rejects(follow(target, null, reader(), new AbortController().signal), (error) => error instanceof Problem && error.type === "not-found");
  assert.equal(opened, 1);
});
