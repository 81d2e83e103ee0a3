// What is inside a block: emphasis, code, links. Images become links: nothing is loaded because a model says so.
import { target } from "./links.ts";

export type Inline =
  | { type: "text"; text: string }
  | { type: "code"; text: string }
  | { type: "break" }
  | { type: "link"; href: string; host: string; inner: Inline[] }
  | { type: "em" | "strong" | "del"; inner: Inline[] };

interface Run {
  type: "run";
  mark: string;
  count: number;
  length: number;
  opens: boolean;
  closes: boolean;
}

const ENTITIES: Record<string, string> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", mdash: "—", ndash: "–", hellip: "…", laquo: "«", raquo: "»",
};
const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));/y;
const ANGLE = /<((?:https?:\/\/|mailto:)[^\s<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)>/iy;
const BARE = /https?:\/\/[^\s<>`|]+/iy;
const PUNCTUATION = /[\p{P}\p{S}]/u;

export function inline(text: string): Inline[] {
  return read(text, brackets(text), 0, text.length, true);
}

/** The bracket that closes each opening one, in one pass: a thousand open ones must not cost a million steps. */
function brackets(text: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "\\") at++;
    else if (c === "[") open.push(at);
    else if (c === "]" && open.length > 0) pairs.set(open.pop()!, at);
  }
  return pairs;
}

function read(text: string, pairs: Map<number, number>, from: number, to: number, links: boolean): Inline[] {
  const items: (Inline | Run)[] = [];
  let plain = "";
  const flush = () => {
    if (plain) items.push({ type: "text", text: plain });
    plain = "";
  };
  const add = (item: Inline | Run) => {
    flush();
    items.push(item);
  };
  // Lengths of backtick runs that have no end: looked for once.
  const endless = new Set<number>();
  let at = from;
  while (at < to) {
    const c = text[at]!;
    if (c === "\\" && at + 1 < to) {
      const next = text[at + 1]!;
      if (next === "\n") add({ type: "break" });
      else plain += PUNCTUATION.test(next) ? next : c + next;
      at += 2;
    } else if (c === "\n") {
      plain = plain.replace(/ +$/, "");
      add({ type: "break" });
      at++;
    } else if (c === "`") {
      const length = runLength(text, at, to);
      const end = endless.has(length) ? -1 : closingTicks(text, at + length, to, length);
      if (end < 0) {
        endless.add(length);
        plain += text.slice(at, at + length);
        at += length;
      } else {
        add({ type: "code", text: codeText(text.slice(at + length, end)) });
        at = end + length;
      }
    } else if (c === "*" || c === "_" || c === "~") {
      const length = runLength(text, at, to);
      add(run(text, at, length, from, to));
      at += length;
    } else if (c === "[" || (c === "!" && text[at + 1] === "[")) {
      const open = c === "!" ? at + 1 : at;
      const link = links ? linkAt(text, pairs, open, to) : null;
      if (link) {
        const inner = read(text, pairs, open + 1, link.close, false);
        add({ type: "link", href: link.href, host: link.host, inner });
        at = link.end;
      } else {
        plain += text.slice(at, open + 1);
        at = open + 1;
      }
    } else if (c === "<" && links) {
      const match = matchAt(ANGLE, text, at);
      const address = match?.[1];
      const found = address && target(address.includes("://") || /^mailto:/i.test(address) ? address : `mailto:${address}`);
      if (found && at + match[0].length <= to) {
        add({ type: "link", ...found, inner: [{ type: "text", text: address }] });
        at += match[0].length;
      } else {
        plain += c;
        at++;
      }
    } else if (c === "&") {
      const match = matchAt(ENTITY, text, at);
      const decoded = match && entity(match);
      plain += decoded ?? c;
      at += decoded ? match[0].length : 1;
    } else if ((c === "h" || c === "H") && links && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ")) {
      const bare = matchAt(BARE, text, at);
      const address = bare && trimmed(bare[0].slice(0, to - at));
      const found = address && target(address);
      if (found) {
        add({ type: "link", ...found, inner: [{ type: "text", text: address }] });
        at += address.length;
      } else {
        plain += c;
        at++;
      }
    } else {
      plain += c;
      at++;
    }
  }
  flush();
  return emphasise(items);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function runLength(text: string, at: number, to: number): number {
  let end = at;
  while (end < to && text[end] === text[at]) end++;
  return end - at;
}

function closingTicks(text: string, from: number, to: number, length: number): number {
  for (let at = text.indexOf("`", from); at >= 0 && at < to; at = text.indexOf("`", at)) {
    const found = runLength(text, at, to);
    if (found === length) return at;
    at += found;
  }
  return -1;
}

function codeText(text: string): string {
  const line = text.replace(/\n/g, " ");
  return /^ .* $/s.test(line) && line.trim() !== "" ? line.slice(1, -1) : line;
}

function entity([, decimal, hex, name]: RegExpExecArray): string | null {
  if (name) return ENTITIES[name] ?? null;
  const code = decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hex!, 16);
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : "\ufffd";
}

/** An address in running text: the full stop behind it is the sentence's, a closing bracket only its own. */
function trimmed(address: string): string {
  for (;;) {
    const last = address.at(-1) ?? "";
    const unbalanced = last === ")" && address.split("(").length < address.split(")").length;
    if (!/[.,;:!?'"*_~»”\]}]/.test(last) && !unbalanced) return address;
    address = address.slice(0, -1);
  }
}

interface Found {
  href: string;
  host: string;
  close: number;
  end: number;
}

/** `[text](address "title")`, the opening bracket at `open`. */
function linkAt(text: string, pairs: Map<number, number>, open: number, to: number): Found | null {
  const close = pairs.get(open);
  if (close === undefined || text[close + 1] !== "(") return null;
  const rest = /\(\s*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*))(?:\s+(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))?\s*\)/y;
  const match = matchAt(rest, text, close + 1);
  if (!match || close + 1 + match[0].length > to) return null;
  const address = (match[1] ?? match[2] ?? "").replace(/\\([^\w\s])/g, "$1").replace(/&amp;/g, "&");
  const found = target(address);
  return found && { ...found, close, end: close + 1 + match[0].length };
}

function run(text: string, at: number, length: number, from: number, to: number): Run {
  const mark = text[at]!;
  const before = at > from ? text[at - 1]! : " ";
  const after = at + length < to ? text[at + length]! : " ";
  const isSpace = (c: string) => /\s/.test(c);
  const isMark = (c: string) => PUNCTUATION.test(c);
  const left = !isSpace(after) && (!isMark(after) || isSpace(before) || isMark(before));
  const right = !isSpace(before) && (!isMark(before) || isSpace(after) || isMark(after));
  // Within a word only asterisks mean something: snake_case is a name.
  const opens = mark === "_" ? left && (!right || isMark(before)) : left;
  const closes = mark === "_" ? right && (!left || isMark(after)) : right;
  const marks = mark !== "~" || length === 2;
  return { type: "run", mark, count: length, length, opens: opens && marks, closes: closes && marks };
}

/** CommonMark's way of pairing runs of marks. */
function emphasise(items: (Inline | Run)[]): Inline[] {
  const out: (Inline | Run)[] = [];
  // Below these nothing opens for a closer of that kind: it was looked for in vain.
  const bottom = new Map<string, number>();
  for (const item of items) {
    out.push(item);
    if (item.type !== "run" || !item.closes) continue;
    const kind = `${item.mark}${item.opens}${item.length % 3}`;
    while (item.count > 0) {
      const open = opener(out, item, bottom.get(kind) ?? 0);
      if (open < 0) {
        bottom.set(kind, out.length - 1);
        break;
      }
      const run = out[open] as Run;
      const used = item.mark === "~" ? 2 : run.count >= 2 && item.count >= 2 ? 2 : 1;
      const type = item.mark === "~" ? "del" : used === 2 ? "strong" : "em";
      out.pop();
      const inner = texts(out.splice(open + 1));
      run.count -= used;
      item.count -= used;
      if (run.count === 0) out.pop();
      out.push({ type, inner }, item);
    }
    if (item.count === 0) out.pop();
  }
  return texts(out);
}

function opener(out: (Inline | Run)[], closer: Run, bottom: number): number {
  for (let at = out.length - 2; at >= bottom; at--) {
    const run = out[at]!;
    if (run.type !== "run" || run.mark !== closer.mark || !run.opens || run.count === 0) continue;
    const odd = (run.closes || closer.opens) && (run.length + closer.length) % 3 === 0 && (run.length % 3 !== 0 || closer.length % 3 !== 0);
    if (!odd) return at;
  }
  return -1;
}

/** Marks that found no partner are what they look like. */
function texts(items: (Inline | Run)[]): Inline[] {
  const found: Inline[] = [];
  for (const item of items) {
    const inline: Inline = item.type === "run" ? { type: "text", text: item.mark.repeat(item.count) } : item;
    const last = found.at(-1);
    if (inline.type === "text" && last?.type === "text") found[found.length - 1] = { type: "text", text: last.text + inline.text };
    else found.push(inline);
  }
  return found;
}
