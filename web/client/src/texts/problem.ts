// A problem in words, by its stable type: what it is, and what helps.
import type { Problem } from "../api/problem.ts";
import { fullDay, texts } from "./index.ts";

export function words(problem: Problem): string {
  const t = texts.value;
  const { type, renews_at, retry_after } = problem.body;
  if (type === "quota-exceeded") return renews_at ? t.quotaRenews(fullDay(renews_at)) : t.quotaEnds;
  const text = t.problems[type] ?? t.problemOther;
  return retry_after && type === "too-many-requests" ? `${text} ${t.waitSeconds(retry_after)}` : text;
}
