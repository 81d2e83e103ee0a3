// Telegram's colours as this page's, as far as what is written in them can be read (WCAG 2.2, 1.4.3).
import type { Theme } from "./launch.ts";

type Colour = readonly [number, number, number];

const READABLE = 4.5;
const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];

function parse(text: string): Colour {
  const part = (at: number) => Number.parseInt(text.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

function write(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance (WCAG 2.2, definitions). */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return [0, 1, 2].map((at) => from[at]! + (to[at]! - from[at]!) * share) as unknown as Colour;
}

/** The colour, moved towards `ink` until it can be read on each of these grounds. */
function readable(colour: Colour, ink: Colour, grounds: Colour[]): Colour {
  for (let share = 0; share < 1; share += 0.1) {
    const moved = mix(colour, ink, share);
    if (grounds.every((ground) => contrast(moved, ground) >= READABLE)) return moved;
  }
  return ink;
}

/** Light or dark, and the values of the variables in base.css; null if Telegram does not say enough. */
export function colours(theme: Theme): { scheme: "light" | "dark"; variables: Record<string, string> } | null {
  const said = (...names: string[]) => names.map((name) => theme[name]).find((colour) => colour !== undefined);
  const [ground, text] = [said("bg_color"), said("text_color")];
  if (!ground || !text) return null;
  const paper = parse(ground);
  const plain = contrast(paper, WHITE) > contrast(paper, BLACK) ? WHITE : BLACK;
  const ink = readable(parse(text), plain, [paper]);
  const of = (fallback: Colour, ...names: string[]) => {
    const colour = said(...names);
    return colour ? parse(colour) : fallback;
  };
  // A card in which nothing could be read is none.
  const offered = of(paper, "section_bg_color", "secondary_bg_color");
  const card = contrast(ink, offered) >= READABLE ? offered : paper;
  const tint = mix(paper, ink, 0.08);
  const grounds = [paper, card, tint];
  const accent = readable(of(ink, "accent_text_color", "link_color", "button_color"), ink, grounds);
  const onAccent = of(plain, "button_text_color");
  const variables = {
    "--paper": paper,
    "--card": card,
    "--ink": ink,
    "--soft": readable(of(ink, "subtitle_text_color", "hint_color"), ink, grounds),
    "--line": mix(paper, ink, 0.15),
    "--edge": mix(paper, ink, 0.55),
    "--accent": accent,
    "--on-accent": contrast(onAccent, accent) >= READABLE ? onAccent : contrast(WHITE, accent) >= READABLE ? WHITE : BLACK,
    "--tint": tint,
  };
  return {
    scheme: plain === WHITE ? "dark" : "light",
    variables: Object.fromEntries(Object.entries(variables).map(([name, colour]) => [name, write(colour)])),
  };
}
