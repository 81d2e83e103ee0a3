// Copies a text, and shows for a moment that it did.
import { useEffect, useState } from "preact/hooks";
import { complain, say } from "../store/notices.ts";
import { texts } from "../texts/index.ts";
import { Icon } from "./Icon.tsx";

export function Copy({ text }: { text: string }) {
  const t = texts.value;
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2_000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => write(text).then((ok) => (ok ? setDone(true) : say(t.copyFailed)), complain);
  const label = done ? t.copied : t.copy;
  return (
    <button type="button" class="quiet" onClick={() => void copy()} aria-label={label} title={label}>
      <Icon name={done ? "done" : "copy"} />
      <span class="hidden" role="status">{done ? t.copied : ""}</span>
    </button>
  );
}

/** Without https there is no clipboard but the old way. */
async function write(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: the old way may be.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
  }
}
