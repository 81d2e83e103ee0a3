// The field in which messages are written.
import { useEffect, useRef } from "preact/hooks";
import { stop } from "../store/answers.ts";
import { draft, setDraft } from "../store/drafts.ts";
import type { Live } from "../store/live.ts";
import { subscription } from "../store/me.ts";
import { complain } from "../store/notices.ts";
import { address } from "../store/route.ts";
import { texts } from "../texts/index.ts";
import { Icon } from "./Icon.tsx";
import { isTouch } from "./touch.ts";

/** The service's own limit, in characters. */
const MOST = 32_000;

interface Props {
  dialogue: string;
  /** The answer that can be stopped. */
  running: Live | null;
  /** Resolves once the message is kept, so that it can be lost no more. */
  send: (text: string) => Promise<void>;
}

export function Composer({ dialogue, running, send }: Props) {
  const t = texts.value;
  const area = useRef<HTMLTextAreaElement>(null);
  const text = draft(dialogue).value;
  const tooLong = text.length > MOST && [...text].length > MOST;
  const ready = text.trim() !== "" && !tooLong;

  useEffect(() => {
    const field = area.current;
    // Newer browsers do it by themselves (field-sizing).
    if (!field || CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }, [text]);

  // The button that stops goes away with the answer: a focus that was on it comes here.
  const wasRunning = useRef(false);
  useEffect(() => {
    if (wasRunning.current && !running && !isTouch() && document.activeElement === document.body) area.current?.focus();
    wasRunning.current = running !== null;
  }, [running]);

  const submit = (event?: Event) => {
    event?.preventDefault();
    if (!ready) return;
    setDraft(dialogue, "");
    send(text.trim()).catch(() => setDraft(dialogue, text));
    area.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    // On a phone Enter is a new line: its keyboard has no Shift+Enter, and the button is near.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isTouch()) return;
    submit(event);
  };
  const left = subscription.value;

  return (
    <form class="composer" onSubmit={submit}>
      {left && left.limit_state !== "open" && (
        <p class="left near">
          <a href={address({ page: "settings", part: "plan" })}>{t.leftShort(left.remaining, left.unit)}</a>
        </p>
      )}
      {tooLong && <p id="too-long" class="wrong" role="alert">{t.tooLong(MOST)}</p>}
      <div class="line">
        <label class="hidden" for="message">{t.message}</label>
        <textarea
          id="message"
          ref={area}
          rows={1}
          dir="auto"
          placeholder={t.messageHint}
          value={text}
          aria-invalid={tooLong}
          aria-describedby={tooLong ? "too-long" : undefined}
          onInput={(event) => setDraft(dialogue, event.currentTarget.value)}
          onKeyDown={key}
        />
        {running && (
          <button type="button" class="round" aria-label={t.stop} title={t.stop} disabled={running.state.value === "stopping"} onClick={() => void stop(running).catch(complain)}>
            <Icon name="stop" />
          </button>
        )}
        {(!running || ready) && (
          <button type="submit" class="round primary" aria-label={t.send} title={t.send} disabled={!ready}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
