// Buttons that copy a text of the page. They are hidden in the page as it comes: without scripts they do nothing.

import { say, text } from "./status";

export function offerCopies(added: Element): void {
  for (const button of added.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = document.getElementById(button.dataset["copy"] ?? "");
  if (!source) return;
  const isDone = (await write(words(source))) || select(source);
  const told = text(isDone ? "copied" : "notCopied");
  say(told);
  const label = button.textContent;
  button.textContent = told;
  button.disabled = true;
  setTimeout(() => {
    button.textContent = label;
    button.disabled = false;
  }, 2_000);
}

function isField(source: Element): source is HTMLInputElement | HTMLTextAreaElement {
  return source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement;
}

function words(source: Element): string {
  return isField(source) ? source.value : (source.textContent ?? "");
}

/** Whether the browser let it be written: it may refuse, and over plain HTTP there is no clipboard at all. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The way of before: what is selected can be copied over plain HTTP too; by hand, if nothing else. */
function select(source: HTMLElement): boolean {
  if (isField(source)) {
    source.focus();
    source.select();
  } else {
    getSelection()?.selectAllChildren(source);
  }
  return document.execCommand("copy");
}
