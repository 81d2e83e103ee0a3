// The hostile texts of the Rust tests (crates/testkit/src/payloads.rs), read from their source, so that there is one list.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PATH = "crates/testkit/src/payloads.rs";

function source(): string {
  // Tests are compiled elsewhere: the file is looked for from the working directory upwards.
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, PATH))) return readFileSync(join(folder, PATH), "utf8");
    if (folder === dirname(folder)) throw new Error(`${PATH} is not above ${process.cwd()}`);
  }
}

/** The string literals of a piece of Rust. */
function literals(rust: string): string[] {
  return [...rust.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)].map(([, body]) =>
    body!.replace(/\\(?:u\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{2})|(\n\s*)|(.))/g, (_, unicode, hex, broken, c: string) => {
      if (unicode ?? hex) return String.fromCodePoint(Number.parseInt(unicode ?? hex, 16));
      if (broken) return "";
      return { n: "\n", t: "\t", r: "\r", "0": "\0" }[c] ?? c;
    }),
  );
}

/** From `begin` to the first line that is only `end`. */
function part(rust: string, begin: string, end: string): string {
  const from = rust.indexOf(begin);
  const to = rust.indexOf(`\n${end}`, from);
  if (from < 0 || to < 0) throw new Error(`payloads.rs has no ${begin}`);
  return rust.slice(from + begin.length, to);
}

export function payloads(elsewhere: string): string[] {
  const rust = source();
  const run = "window.beseda_was_here=1";
  const fill = (text: string) => text.replaceAll("{run}", run).replaceAll("{elsewhere}", elsewhere);
  const body = (name: string) => literals(part(rust, `fn ${name}(`, "}"));
  const tags = literals(part(rust, "const TAGS", "];"));
  const events = literals(part(rust, "const EVENTS", "];"));
  const breaks = literals(part(rust, "const BREAKS", "];"));
  // The last argument of replace("{run}", run) is no payload.
  const plain = (name: string) => body(name).filter((text) => text !== "{run}" && text !== "{elsewhere}").map(fill);
  const [urls, shapes] = [body("schemes").filter((text) => !text.includes("{url}")), body("schemes").filter((text) => text.includes("{url}"))];

  return [
    ...plain("scripts"),
    ...tags.flatMap((tag) => events.map((event) => `<${tag} ${event}=${run}>`)),
    ...breaks.flatMap((out) => [
      `${out}<script>${run}</script>`,
      `${out}<img src=x onerror=${run}>`,
      `${out} onmouseover=${run} x=${out}`,
      `${out} autofocus onfocus=${run} x=${out}`,
      `${out};${run}//`,
    ]),
    ...urls.flatMap((url) => shapes.map((shape) => shape.replace("{url}", fill(url)))),
    ...plain("markdown"),
    ...plain("templates"),
    ...plain("formulas"),
  ];
}
