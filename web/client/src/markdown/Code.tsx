// A block of code: its language, copying, and colours once the highlighter is there.
import { useEffect, useState } from "preact/hooks";
import { texts } from "../texts/index.ts";
import { Copy } from "../views/Copy.tsx";
import type { Piece } from "./highlight.ts";

/** Longer than this is shown without colours: the page must not stand still for it. */
const LONGEST = 20_000;

export function Code({ language, text }: { language: string; text: string }) {
  const t = texts.value;
  const pieces = useHighlight(language, text);
  return (
    <figure class="code">
      <figcaption>
        <span>{language || t.code}</span>
        <Copy text={text} />
      </figcaption>
      <pre tabIndex={0} role="group" aria-label={language ? `${t.code}: ${language}` : t.code}>
        <code>{pieces ? pieces.map((piece, index) => (piece.kind ? <span key={index} class={piece.kind}>{piece.text}</span> : piece.text)) : text}</code>
      </pre>
    </figure>
  );
}

/** The pieces of this very text, once there are any. While it is written, that is when it pauses. */
function useHighlight(language: string, text: string): Piece[] | null {
  const [done, setDone] = useState<{ text: string; pieces: Piece[] } | null>(null);
  useEffect(() => {
    if (!language || text.length > LONGEST) return;
    let wanted = true;
    const timer = setTimeout(() => {
      import("./highlight.ts")
        .then(({ highlight }) => {
          const pieces = highlight(language, text);
          if (wanted && pieces) setDone({ text, pieces });
        })
        // Offline before it was ever loaded: code without colours is code.
        .catch(() => {});
    }, 150);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [language, text]);
  return done?.text === text ? done.pieces : null;
}
