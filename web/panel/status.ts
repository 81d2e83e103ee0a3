// Words for those who hear the page.

/** Has a screen reader say this, when it has said what it is at. */
export function say(words: string): void {
  // Only what changes later than the region was made is said.
  setTimeout(() => {
    const region = document.getElementById("status");
    if (region) region.textContent = words;
  }, 100);
}

/** A text that the page has ready for scripts. */
export function text(name: "copied" | "notCopied" | "rows"): string {
  return document.getElementById("status")?.dataset[name] ?? "";
}
