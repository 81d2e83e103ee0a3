// A number with its noun. Russian has three forms, chosen by the last digits: 1 ответ, 2 ответа, 5 ответов.
import type { Language } from "../store/preferences.ts";

export interface Forms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

const rules: Record<Language, Intl.PluralRules> = { ru: new Intl.PluralRules("ru"), en: new Intl.PluralRules("en") };
const numbers: Record<Language, Intl.NumberFormat> = { ru: new Intl.NumberFormat("ru"), en: new Intl.NumberFormat("en") };

export function number(language: Language, n: number): string {
  return numbers[language].format(n);
}

export function form(language: Language, n: number, forms: Forms): string {
  const category = rules[language].select(n);
  return (category === "one" || category === "few" || category === "many" ? forms[category] : undefined) ?? forms.other;
}

export function counted(language: Language, n: number, forms: Forms): string {
  // A number is not torn from what it counts.
  return `${number(language, n)}\u00a0${form(language, n, forms)}`;
}
