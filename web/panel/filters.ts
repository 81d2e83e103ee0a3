// Choosing from a list is enough to filter by it.

import { stay } from "./visits";

/** Arrow keys go through a list choice by choice: only the one that somebody stops at is asked for, ms. */
const PAUSE = 250;

export function submitOnChoice(): void {
  let waiting = 0;
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement) || !isFilter(field)) return;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => field.isConnected && field.form?.requestSubmit(), PAUSE);
  });
  // Whoever types on while the table is fetched would lose it: the field is replaced with the table.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !isFilter(field)) return;
    clearTimeout(waiting);
    stay();
  });
}

function isFilter(field: HTMLSelectElement | HTMLInputElement): boolean {
  return field.form?.matches("form.filters") ?? false;
}
