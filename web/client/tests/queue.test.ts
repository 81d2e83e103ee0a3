import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../src/api/problem.ts";
import { pump, type Item, type Storage } from "../src/store/queue.ts";

function memory(...items: Item[]) {
  const rows = new Map(items.map((item) => [item.key, item]));
  const storage: Storage = {
    all: () => Promise.resolve([...rows.values()]),
    put: (item) => Promise.resolve(void rows.set(item.key, item)),
    remove: (key) => Promise.resolve(void rows.delete(key)),
  };
  return { rows, storage };
}

const item = (key: string, session = "s", created_at = Number(key)): Item => ({ key, session, text: `text ${key}`, created_at, problem: null });
const refused = (type: string, status: number) => new Problem({ type, title: type, status });
const wait = () => 1_000;

/** A service that knows keys, as ours does, and a network that fails as it is told. */
function service(...faults: ("lost before" | "lost after" | Problem | null)[]) {
  const taken: string[] = [];
  const seen = new Set<string>();
  const send = async ({ key, text }: Item) => {
    const fault = faults.shift() ?? null;
    if (fault instanceof Problem) throw fault;
    if (fault === "lost before") throw Problem.offline();
    if (!seen.has(key)) taken.push(text);
    seen.add(key);
    if (fault === "lost after") throw Problem.offline();
  };
  return { taken, send };
}

test("in the order of writing, and nothing stays", async () => {
  const { rows, storage } = memory(item("2"), item("1"), item("3"));
  const { taken, send } = service();
  assert.deepEqual(await pump(storage, send, wait), { again: null, problem: null });
  assert.deepEqual(taken, ["text 1", "text 2", "text 3"]);
  assert.equal(rows.size, 0);
});

test("without network everything stays, with it everything is delivered once", async () => {
  const { rows, storage } = memory(item("1"), item("2"));
  const { taken, send } = service("lost before", "lost after", "lost after", null, "lost before");
  for (let rounds = 0; rows.size > 0 && rounds < 10; rounds++) {
    const { again } = await pump(storage, send, wait);
    assert.ok(rows.size === 0 ? again === null : again === 1_000);
  }
  assert.deepEqual(taken, ["text 1", "text 2"]);
});

test("what is refused for good stays with the reason, and the others go on", async () => {
  const { rows, storage } = memory(item("1"), item("2", "other"));
  const { taken, send } = service(refused("quota-exceeded", 402));
  assert.equal((await pump(storage, send, wait)).again, null);
  assert.deepEqual(taken, ["text 2"]);
  assert.equal(rows.get("1")?.problem?.type, "quota-exceeded");
});

test("a dialogue that is too busy waits, keeps its order, and holds nobody else up", async () => {
  const { rows, storage } = memory(item("1"), item("2"), item("3", "other"));
  const { taken, send } = service(refused("too-many-waiting", 429));
  const { again, problem } = await pump(storage, send, wait);
  assert.equal(again, 1_000);
  assert.equal(problem?.type, "too-many-waiting");
  assert.deepEqual(taken, ["text 3"]);
  assert.deepEqual([...rows.keys()], ["1", "2"]);
});

test("after signing out nothing is sent", async () => {
  const { rows, storage } = memory(item("1"), item("2"));
  const { taken, send } = service(refused("unauthorized", 401));
  assert.equal((await pump(storage, send, wait)).again, null);
  assert.deepEqual(taken, []);
  assert.equal(rows.size, 2);
});

test("what is withdrawn while it is refused does not come back", async () => {
  const { rows, storage } = memory(item("1"));
  const send = async () => {
    rows.delete("1");
    throw refused("session-ended", 409);
  };
  await pump(storage, send, wait);
  assert.equal(rows.size, 0);
});
