// The blocks of a Markdown text: what models write of CommonMark and of GitHub's tables. HTML is text here, like any other.
//
// Inline marks are left as they are: a block that did not change since the last frame is then not looked at again.

export type Align = "left" | "right" | "center" | null;

export type Block =
  | { type: "paragraph"; text: string }
  | { type: "heading"; level: number; text: string }
  | { type: "code"; language: string; text: string }
  | { type: "quote"; blocks: Block[] }
  | { type: "list"; start: number | null; tight: boolean; items: Item[] }
  | { type: "table"; align: Align[]; head: string[]; rows: string[][] }
  | { type: "rule" };

export interface Item {
  /** A task: done or not. */
  task: boolean | null;
  blocks: Block[];
}

/** A block and the source that it was read from: equal sources give equal blocks. */
export interface Sourced {
  source: string;
  block: Block;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const RULE = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const QUOTE = /^ {0,3}>[ \t]?(.*)$/;
const MARKER = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*)|)$/;
const DELIMITERS = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
/** Deeper than anybody writes: what is deeper stays text. */
const DEEPEST = 12;

export function blocks(text: string): Sourced[] {
  return read(text.replace(/\r\n?/g, "\n").split("\n"), 0);
}

const isBlank = (line: string | undefined) => line === undefined || /^[ \t]*$/.test(line);
const indentOf = (line: string) => /^ */.exec(line)![0].length;
const strip = (line: string, indent: number) => line.slice(Math.min(indentOf(line), indent));

function read(lines: string[], depth: number): Sourced[] {
  const found: Sourced[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isBlank(lines[at])) {
      at++;
      continue;
    }
    const [block, next] = readOne(lines, at, depth);
    found.push({ source: lines.slice(at, next).join("\n"), block });
    at = next;
  }
  return found;
}

const plain = (lines: string[], depth: number): Block[] => read(lines, depth).map(({ block }) => block);

function readOne(lines: string[], at: number, depth: number): [Block, number] {
  const line = lines[at]!;
  const fence = fenceOf(line);
  if (fence) return readCode(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading) return [{ type: "heading", level: heading[1]!.length, text: heading[2] ?? "" }, at + 1];
  if (RULE.test(line)) return [{ type: "rule" }, at + 1];
  if (depth < DEEPEST) {
    if (QUOTE.test(line)) return readQuote(lines, at, depth);
    if (markerOf(line)) return readList(lines, at, depth);
  }
  const table = tableAt(lines, at);
  if (table) return readTable(lines, at, table);
  return readParagraph(lines, at, depth);
}

interface Fence {
  mark: string;
  info: string;
  indent: number;
}

function fenceOf(line: string): Fence | null {
  const match = FENCE.exec(line);
  if (!match) return null;
  const [, mark, info] = match as unknown as [string, string, string];
  if (mark.startsWith("`") && info.includes("`")) return null;
  return { mark, info: info.trim(), indent: indentOf(line) };
}

/** To the closing fence, or to the end: an answer in progress has not closed it yet. */
function readCode(lines: string[], at: number, { mark, info, indent }: Fence): [Block, number] {
  const text: string[] = [];
  let next = at + 1;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    const end = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
    if (end?.startsWith(mark)) {
      next++;
      break;
    }
    text.push(strip(line, indent));
  }
  // What is no name of a language is nobody's business.
  const language = /^[\w+#.-]{1,30}(?=$|[\s{:,])/.exec(info)?.[0] ?? "";
  return [{ type: "code", language, text: text.join("\n") }, next];
}

function readQuote(lines: string[], at: number, depth: number): [Block, number] {
  const inner: string[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    const quoted = QUOTE.exec(line);
    // A paragraph may go on without its mark.
    if (!quoted && (isBlank(line) || isBlank(inner.at(-1)) || begins(lines, next, depth))) break;
    inner.push(quoted ? quoted[1]! : line);
  }
  return [{ type: "quote", blocks: plain(inner, depth + 1) }, next];
}

interface Marker {
  indent: number;
  /** Where the item's text begins. */
  content: number;
  /** What all items of a list have in common. */
  kind: string;
  start: number | null;
  text: string;
}

function markerOf(line: string): Marker | null {
  const match = MARKER.exec(line);
  if (!match || RULE.test(line)) return null;
  const [, indent, mark, space = " ", text = ""] = match as unknown as [string, string, string, string?, string?];
  const wide = space.length > 4 ? 1 : space.length;
  const start = /^\d/.test(mark) ? Number.parseInt(mark, 10) : null;
  return {
    indent: indent.length,
    content: indent.length + mark.length + wide,
    kind: start === null ? mark : mark.slice(-1),
    start,
    text: wide === space.length ? text : space.slice(1) + text,
  };
}

function readList(lines: string[], at: number, depth: number): [Block, number] {
  const first = markerOf(lines[at]!)!;
  const items: Item[] = [];
  let tight = true;
  let next = at;
  while (next < lines.length) {
    const marker = markerOf(lines[next]!);
    if (!marker || marker.kind !== first.kind || marker.indent >= first.indent + 2) break;
    const inner = [marker.text];
    for (next++; next < lines.length; next++) {
      const line = lines[next]!;
      if (isBlank(line)) {
        // Belongs here only if something follows that does.
        const after = lines.slice(next).find((later) => !isBlank(later));
        if (after === undefined || !belongs(after, marker)) break;
        inner.push("");
      } else if (belongs(line, marker)) {
        inner.push(strip(line, marker.content));
      } else if (isBlank(inner.at(-1)) || markerOf(line) || begins(lines, next, depth)) {
        break;
      } else {
        inner.push(line);
      }
    }
    items.push(item(inner, depth));
    const blank = next;
    while (next < lines.length && isBlank(lines[next])) next++;
    const following = next < lines.length ? markerOf(lines[next]!) : null;
    const goesOn = following && following.kind === first.kind && following.indent < first.indent + 2;
    if (inner.some((line, index) => index > 0 && index < inner.length - 1 && line === "") || (goesOn && next > blank)) tight = false;
    if (!goesOn) {
      next = blank;
      break;
    }
  }
  return [{ type: "list", start: first.start, tight, items }, next];
}

/** Models indent what belongs to an item by two, three or four, whatever its marker. */
function belongs(line: string, marker: Marker): boolean {
  const indent = indentOf(line);
  return indent >= marker.content || (indent >= marker.indent + 2 && markerOf(line) !== null);
}

function item(lines: string[], depth: number): Item {
  const task = /^\[([ xX])\][ \t]+/.exec(lines[0] ?? "");
  if (task) lines = [lines[0]!.slice(task[0].length), ...lines.slice(1)];
  return { task: task ? task[1] !== " " : null, blocks: plain(lines, depth + 1) };
}

function tableAt(lines: string[], at: number): Align[] | null {
  const line = lines[at]!;
  const below = lines[at + 1];
  if (below === undefined || !line.includes("|") || !below.includes("|") || !DELIMITERS.test(below)) return null;
  const align = cells(below).map((cell): Align => {
    const left = cell.startsWith(":");
    const right = cell.endsWith(":");
    return left && right ? "center" : right ? "right" : left ? "left" : null;
  });
  return align.length === cells(line).length ? align : null;
}

function readTable(lines: string[], at: number, align: Align[]): [Block, number] {
  const rows: string[][] = [];
  let next = at + 2;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    if (isBlank(line) || !line.includes("|")) break;
    const row = cells(line);
    rows.push(align.map((_, column) => row[column] ?? ""));
  }
  return [{ type: "table", align, head: cells(lines[at]!), rows }, next];
}

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

function readParagraph(lines: string[], at: number, depth: number): [Block, number] {
  let next = at + 1;
  while (next < lines.length && !isBlank(lines[next]) && !begins(lines, next, depth)) next++;
  const text = lines.slice(at, next).map((line) => line.replace(/^[ \t]+/, ""));
  return [{ type: "paragraph", text: text.join("\n") }, next];
}

/** Whether a block begins here that ends the paragraph before it. */
function begins(lines: string[], at: number, depth: number): boolean {
  const line = lines[at]!;
  if (fenceOf(line) || HEADING.test(line) || RULE.test(line) || tableAt(lines, at)) return true;
  if (depth >= DEEPEST) return false;
  if (QUOTE.test(line)) return true;
  const marker = markerOf(line);
  // "2024. was a year" at the beginning of a line is no list.
  return marker !== null && marker.text !== "" && (marker.start === null || marker.start === 1);
}
