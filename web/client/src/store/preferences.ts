// What this device is set to: language and colours.
import { effect, signal } from "@preact/signals";

export type Language = "ru" | "en";
export type Theme = "system" | "light" | "dark";

const LANGUAGE = "beseda.language";
const THEME = "beseda.theme";

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then it lasts as long as the page.
  }
}

function firstLanguage(): Language {
  const set = kept(LANGUAGE);
  if (set === "ru" || set === "en") return set;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith("ru")) ? "ru" : "en";
}

function firstTheme(): Theme {
  const set = kept(THEME);
  return set === "light" || set === "dark" ? set : "system";
}

export const language = signal<Language>(firstLanguage());
export const theme = signal<Theme>(firstTheme());
/** What the app around the page is in, where there is one: the system is not asked then. */
export const surroundings = signal<"light" | "dark" | null>(null);

export function setLanguage(to: Language): void {
  language.value = to;
  keep(LANGUAGE, to);
}

export function setTheme(to: Theme): void {
  theme.value = to;
  keep(THEME, to);
}

effect(() => {
  document.documentElement.lang = language.value;
});

effect(() => {
  const set = theme.value === "system" ? surroundings.value : theme.value;
  if (set === null) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = set;
});

addEventListener("storage", (event) => {
  if (event.key === LANGUAGE) language.value = firstLanguage();
  if (event.key === THEME) theme.value = firstTheme();
});
