// What is being written in each dialogue: it survives going elsewhere, a reload, and a phone that ends the page. In two tabs
// each has its own; the one written last is what is found later.
import { signal, type Signal } from "@preact/signals";

const PREFIX = "beseda.draft.";
const drafts = new Map<string, Signal<string>>();

export function draft(dialogue: string): Signal<string> {
  let found = drafts.get(dialogue);
  if (!found) {
    let kept: string | null = null;
    try {
      kept = localStorage.getItem(PREFIX + dialogue);
    } catch {
      // Then it lasts as long as the page.
    }
    drafts.set(dialogue, (found = signal(kept ?? "")));
  }
  return found;
}

export function setDraft(dialogue: string, text: string): void {
  draft(dialogue).value = text;
  try {
    if (text) localStorage.setItem(PREFIX + dialogue, text);
    else localStorage.removeItem(PREFIX + dialogue);
  } catch {
    // As above.
  }
}

export function moveDraft(from: string, to: string): void {
  const text = draft(from).peek();
  setDraft(from, "");
  if (text) setDraft(to, text);
}

export function forgetDrafts(): void {
  for (const dialogue of drafts.keys()) setDraft(dialogue, "");
  drafts.clear();
  try {
    // Those of other visits, too.
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
