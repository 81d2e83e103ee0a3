// Colours for code, loaded when the first block of code is shown.
//
// highlight.js writes HTML, and the client inserts none: its output is taken apart again into pieces of text with a class.
import core from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const languages = {
  bash, c, cpp, csharp, css, diff, go, ini, java, javascript, json, kotlin, php, python, ruby, rust, sql, swift, typescript, xml, yaml,
};
for (const [name, language] of Object.entries(languages)) core.registerLanguage(name, language);

export interface Piece {
  /** Its class, `hljs-…`; null has no colour. */
  kind: string | null;
  text: string;
}

/** Null for a language that is not known. */
export function highlight(language: string, text: string): Piece[] | null {
  if (!core.getLanguage(language)) return null;
  return pieces(core.highlight(text, { language, ignoreIllegals: true }).value);
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };
const TOKEN = /<span class="([\w -]*)">|<\/span>|&(?:amp|lt|gt|quot|#x27);|[^<&]+|[<&]/g;

/** The innermost class counts. */
export function pieces(html: string): Piece[] {
  const found: Piece[] = [];
  const open: string[] = [];
  for (const match of html.matchAll(TOKEN)) {
    const [token, kind] = match;
    if (kind !== undefined) open.push(kind.split(" ", 1)[0]!);
    else if (token === "</span>") open.pop();
    else {
      const text = ENTITIES[token] ?? token;
      const now = open.at(-1) ?? null;
      const last = found.at(-1);
      if (last && last.kind === now) last.text += text;
      else found.push({ kind: now, text });
    }
  }
  return found;
}
