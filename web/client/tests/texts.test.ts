import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { en } from "../src/texts/en.ts";
import { ru } from "../src/texts/ru.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("Russian plural forms", () => {
  const answers = [0, 1, 2, 4, 5, 11, 12, 21, 22, 25, 101, 111, 1002].map((n) => plain(ru.count(n, "answers")));
  assert.deepEqual(answers, ["0 ответов", "1 ответ", "2 ответа", "4 ответа", "5 ответов", "11 ответов", "12 ответов", "21 ответ", "22 ответа",
    "25 ответов", "101 ответ", "111 ответов", "1 002 ответа"]);
  assert.equal(plain(ru.inSeconds(21)), "Отправим снова через 21 секунду");
  assert.equal(plain(ru.left(1, 50, "requests")), "Остался 1 из 50 ответов");
  assert.equal(plain(ru.left(42, 21, "tokens")), "Осталось 42 из 21 токена");
  assert.equal(plain(ru.leftShort(3, "requests")), "Осталось 3 ответа");
  assert.equal(plain(ru.stars(500)), "500 звёзд Telegram");
  assert.equal(plain(ru.stars(152)), "152 звезды Telegram");
});

test("English plural forms", () => {
  assert.deepEqual([0, 1, 2, 21].map((n) => plain(en.count(n, "answers"))), ["0 answers", "1 answer", "2 answers", "21 answers"]);
  assert.equal(plain(en.left(1, 50, "requests")), "1 of 50 answers left");
});

test("both languages have the same texts, none of them empty", () => {
  const keys = (texts: object): string[] =>
    Object.entries(texts).flatMap(([key, value]) => (typeof value === "object" && !Array.isArray(value) ? keys(value).map((inner) => `${key}.${inner}`) : [key]));
  assert.deepEqual(keys(ru).sort(), keys(en).sort());
  for (const texts of [ru, en]) {
    for (const value of Object.values(texts)) if (typeof value === "string") assert.notEqual(value.trim(), "");
  }
});

test("each problem of the service has words in both languages", () => {
  const path = "crates/server/src/problem.rs";
  let folder = process.cwd();
  while (!existsSync(join(folder, path))) folder = dirname(folder);
  const slugs = [...readFileSync(join(folder, path), "utf8").matchAll(/^ {4}\w+ = "([a-z-]+)", \d+,/gm)].map(([, slug]) => slug!);
  assert.ok(slugs.length > 30);
  // What only a faulty client could meet is said in general.
  const ours = new Set(["method-not-allowed", "not-acceptable", "unsupported-media-type"]);
  for (const slug of slugs.filter((slug) => !ours.has(slug))) {
    assert.ok(en.problems[slug], `en: ${slug}`);
    assert.ok(ru.problems[slug], `ru: ${slug}`);
  }
});
