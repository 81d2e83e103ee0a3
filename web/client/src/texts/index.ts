// The texts in the language that is set, and what is written by its rules.
import { computed } from "@preact/signals";
import { language } from "../store/preferences.ts";
import { en } from "./en.ts";
import { ru } from "./ru.ts";

export type Texts = typeof en;

const all = { en, ru };

export const texts = computed<Texts>(() => all[language.value]);

const DAY = 24 * 60 * 60 * 1000;

function format(options: Intl.DateTimeFormatOptions) {
  const formats = computed(() => new Intl.DateTimeFormat(language.value, options));
  return (time: string | number | Date) => formats.value.format(new Date(time));
}

/** 22 December 2026 */
export const fullDay = format({ day: "numeric", month: "long", year: "numeric" });
/** 22 December */
const dayOfYear = format({ day: "numeric", month: "long" });
/** 22 Dec */
export const shortDay = format({ day: "numeric", month: "short" });
/** 14:05 */
export const clock = format({ hour: "2-digit", minute: "2-digit" });
/** 22 December, 14:05 */
export const moment = format({ day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

/** Today, yesterday, a day of this year, or a day. */
export function dayName(time: string): string {
  const then = new Date(time);
  const now = new Date();
  const ago = Math.round((startOfDay(now) - startOfDay(then)) / DAY);
  if (ago === 0) return texts.value.today;
  if (ago === 1) return texts.value.yesterday;
  return then.getFullYear() === now.getFullYear() ? dayOfYear(then) : fullDay(then);
}

/** For a list: the time today, else the day. */
export function shortly(time: string): string {
  const then = new Date(time);
  if (startOfDay(then) === startOfDay(new Date())) return clock(then);
  return then.getFullYear() === new Date().getFullYear() ? shortDay(then) : fullDay(then);
}
