import assert from "node:assert/strict";
import { test } from "node:test";
import { SseParser, type SseEvent } from "../src/api/sse.ts";

const STREAM =
  ': kept alive\n\nevent: accepted\nid: 0\ndata: {"message_id":"m"}\n\n' +
  'event: delta\r\nid: 14\r\ndata: {"text":"Здравствуйте, 👍🏽"}\r\n\r\n' +
  "data: a\ndata:b\ndata\n\nid: end\revent: done\rdata: {}\r\rid: 7\n\nevent: lost\ndata: without its end\n";

const EVENTS: SseEvent[] = [
  { event: "accepted", id: "0", data: '{"message_id":"m"}' },
  { event: "delta", id: "14", data: '{"text":"Здравствуйте, 👍🏽"}' },
  { event: "message", id: "14", data: "a\nb\n" },
  { event: "done", id: "end", data: "{}" },
];

const bytes = new TextEncoder().encode(STREAM);

test("cut at each byte", () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    const parser = new SseParser();
    assert.deepEqual([...parser.push(bytes.slice(0, cut)), ...parser.push(bytes.slice(cut))], EVENTS, `cut at ${cut}`);
  }
});

test("byte by byte", () => {
  const parser = new SseParser();
  assert.deepEqual([...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte))), EVENTS);
});

test("in pieces of three, with a byte order mark", () => {
  const parser = new SseParser();
  const marked = Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes);
  const events: SseEvent[] = [];
  for (let at = 0; at < marked.length; at += 3) events.push(...parser.push(marked.slice(at, at + 3)));
  assert.deepEqual(events, EVENTS);
});
