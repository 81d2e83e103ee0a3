// Short words at the edge of the screen, read aloud too: what was done, what went wrong.
import { signal } from "@preact/signals";
import { Problem } from "../api/problem.ts";

export interface Notice {
  id: number;
  text: string | null;
  problem: Problem | null;
}

export const notices = signal<readonly Notice[]>([]);
let last = 0;

function show(notice: Omit<Notice, "id">): void {
  const id = ++last;
  // Said twice at once, as by two calls that fail of one cause, it is said once.
  const others = notices.value.filter((each) => each.text !== notice.text || each.problem?.type !== notice.problem?.type);
  notices.value = [...others.slice(-2), { ...notice, id }];
  setTimeout(() => dismiss(id), notice.problem ? 8_000 : 4_000);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

export function say(text: string): void {
  show({ text, problem: null });
}

export function complain(thrown: unknown): void {
  show({ text: null, problem: Problem.of(thrown) });
}
