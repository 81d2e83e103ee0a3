// What is said to those who hear the page.
import { signal } from "@preact/signals";

export const announced = signal("");

export function announce(text: string): void {
  announced.value = text;
}
