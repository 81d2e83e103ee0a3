import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../src/api/types.ts";
import { timeOf } from "../src/ids.ts";
import { address, parse } from "../src/store/route.ts";
import { exchanges } from "../src/store/threads.ts";

const message = (id: string, turn_id: string, answers_id?: string): Message => ({
  id, turn_id, session_id: "s", sender: answers_id ? "ai" : "user", message_text: id, created_at: "", status: "complete", ...(answers_id && { answers_id }),
});

test("answers stand with their question, the oldest version first", () => {
  // As a page of the history has them: newest first; a version made later stands far from its question.
  const page = [message("a3", "t3", "q1"), message("a2", "t2", "q2"), message("q2", "t2"), message("a1", "t1", "q1"), message("q1", "t1"), message("a0", "t0", "q0")];
  const list = exchanges(new Map(page.map((each) => [each.id, each])), new Map());
  // The question of a0 is on an older page: until that is there, its answer is not shown.
  assert.deepEqual(list.map(({ question, answers }) => [question.id, ...answers.map((answer) => answer.id)]), [["q1", "a1", "a3"], ["q2", "a2"]]);
});

test("an id tells its time", () => {
  assert.equal(timeOf("01a204c5-0000-7000-8000-000000000000"), new Date(0x01a204c50000).toISOString());
});

test("places have addresses", () => {
  for (const hash of ["#/", "#/new", "#/d/01a204c5-0000-7000", "#/d/local-0f", "#/settings/plan"]) assert.equal(address(parse(hash)), hash);
  assert.deepEqual(parse("#/d/../x"), { page: "list" });
  assert.deepEqual(parse("#tgWebAppData=x"), { page: "list" });
  assert.deepEqual(parse("#/settings"), { page: "settings", part: "profile" });
});
