// A text of a model as elements. Every element and attribute that can come of it is written here; there is no HTML.
import { Fragment, type ComponentChild } from "preact";
import { memo } from "./memo.ts";
import { blocks, type Align, type Block, type Item, type Sourced } from "./blocks.ts";
import { Code } from "./Code.tsx";
import { inline, type Inline } from "./inline.ts";

export function Markdown({ text }: { text: string }) {
  const found = blocks(text);
  const ranks = levels(found);
  return (
    <div class="prose">
      {found.map(({ source, block }, index) => (
        <Top key={index} source={source} block={block} level={ranks.get(block) ?? 0} />
      ))}
    </div>
  );
}

/**
 * The levels of an answer's headings on this page, whose own is the first. Models begin with any level and leave some
 * out; for those who go from heading to heading none may be missing.
 */
function levels(found: Sourced[]): Map<Block, number> {
  const ranks = new Map<Block, number>();
  const open: number[] = [];
  for (const { block } of found) {
    if (block.type !== "heading") continue;
    while (open.length > 0 && open.at(-1)! >= block.level) open.pop();
    open.push(block.level);
    ranks.set(block, Math.min(open.length + 1, 6));
  }
  return ranks;
}

/** A block whose source is the same is the same: while an answer is written, only its last one changes. */
const Top = memo(
  ({ block, level }: { source: string; block: Block; level: number }) => <>{blockOf(block, 0, level)}</>,
  (before, after) => before.source === after.source && before.level === after.level,
);

function blockOf(block: Block, key: number, level = 0): ComponentChild {
  switch (block.type) {
    case "paragraph":
      return <p key={key}>{spans(block.text)}</p>;
    case "heading": {
      // One inside of a list or a quotation is no part of the page's order.
      if (level === 0) return <p key={key}><strong>{spans(block.text)}</strong></p>;
      const Heading = `h${level}` as "h2";
      return <Heading key={key}>{spans(block.text)}</Heading>;
    }
    case "code":
      return <Code key={key} language={block.language} text={block.text} />;
    case "quote":
      return <blockquote key={key}>{block.blocks.map((inner, index) => blockOf(inner, index))}</blockquote>;
    case "list": {
      const items = block.items.map((item, index) => <li key={index}>{itemOf(item, block.tight)}</li>);
      return block.start === null ? <ul key={key}>{items}</ul> : <ol key={key} start={block.start}>{items}</ol>;
    }
    case "table":
      return (
        <div key={key} class="table" tabIndex={0} role="group">
          <table>
            <thead>
              <tr>{block.head.map((cell, column) => <th key={column} scope="col" class={side(block.align[column])}>{spans(cell)}</th>)}</tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>{row.map((cell, column) => <td key={column} class={side(block.align[column])}>{spans(cell)}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "rule":
      return <hr key={key} />;
  }
}

const side = (align: Align | undefined) => (align ? `to-${align}` : undefined);

function itemOf({ task, blocks }: Item, tight: boolean): ComponentChild {
  const mark = task === null ? null : <span class="task">{task ? "☑ " : "☐ "}</span>;
  return blocks.map((block, index) => {
    const first = index === 0 ? mark : null;
    if (tight && block.type === "paragraph") return <Fragment key={index}>{first}{spans(block.text)}</Fragment>;
    return <Fragment key={index}>{first}{blockOf(block, index)}</Fragment>;
  });
}

const spans = (text: string) => inline(text).map(spanOf);

function spanOf(span: Inline, key: number): ComponentChild {
  switch (span.type) {
    case "text":
      return span.text;
    case "code":
      return <code key={key}>{span.text}</code>;
    case "break":
      return <br key={key} />;
    case "link": {
      const says = plain(span.inner);
      return (
        <a key={key} href={span.href} target="_blank" rel="noopener noreferrer nofollow">
          {says ? span.inner.map(spanOf) : span.host}
          {says && !names(says, span.host) && <span class="host"> ({span.host})</span>}
        </a>
      );
    }
    default: {
      const Mark = span.type;
      return <Mark key={key}>{span.inner.map(spanOf)}</Mark>;
    }
  }
}

/** Whether a link says itself where it leads. Naming the host anywhere in its words is not enough: others may be named. */
function names(says: string, host: string): boolean {
  const bare = says.trim().replace(/^(https?:\/\/)?(www\.)?/i, "").toLowerCase();
  return bare === host || bare.startsWith(`${host}/`);
}

/** What a link says of itself. */
function plain(spans: Inline[]): string {
  return spans.map((span) => ("text" in span ? span.text : "inner" in span ? plain(span.inner) : " ")).join("");
}
