// A question and its answer: every version of it, and the one that is being written.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../api/types.ts";
import { Markdown } from "../markdown/Markdown.tsx";
import { announce } from "../store/announce.ts";
import { again } from "../store/answers.ts";
import type { Live } from "../store/live.ts";
import { complain } from "../store/notices.ts";
import { address } from "../store/route.ts";
import type { Exchange as Said } from "../store/threads.ts";
import { clock, texts } from "../texts/index.ts";
import { words } from "../texts/problem.ts";
import { Copy } from "./Copy.tsx";
import { Icon } from "./Icon.tsx";
import { Report } from "./Report.tsx";

interface Props {
  exchange: Said;
  /** Nothing was said after it. */
  last: boolean;
  writable: boolean;
}

export function Exchange({ exchange: { question, answers, live }, last, writable }: Props) {
  const t = texts.value;
  // Which version is looked at; null is the newest, whichever that is.
  const [chosen, setChosen] = useState<number | null>(null);
  const failed = live?.state.value === "failed";
  const writing = live && !failed ? live : null;
  const versions = answers.length + (writing ? 1 : 0);
  const shown = Math.min(chosen ?? versions - 1, versions - 1);
  const answer = answers[shown];
  useAnnounced(writing, answers.at(-1));

  const article = useRef<HTMLElement>(null);
  const asked = useRef(false);
  const retry = () => {
    setChosen(null);
    asked.current = true;
    again(question).catch(complain);
  };
  // The button that had the focus is gone meanwhile: it goes on with the answer that comes.
  useEffect(() => {
    if (!asked.current || !writing) return;
    asked.current = false;
    article.current?.focus({ preventScroll: true });
  }, [writing]);

  return (
    <>
      <article class="asked" aria-label={t.you}>
        <p dir="auto">{question.message_text}</p>
      </article>
      {versions > 0 && (
        <article class="answer" ref={article} tabIndex={-1} aria-label={t.companion} aria-busy={shown === answers.length}>
          {answer ? <Markdown text={answer.message_text} /> : writing && <Writing live={writing} />}
          {answer?.status === "partial" && <p class="partial">{partial(answer)}</p>}
          <div class="tools">
            {versions > 1 && <Versions shown={shown} count={versions} choose={(to) => setChosen(to === versions - 1 ? null : to)} />}
            {answer && (
              <>
                <Copy text={answer.message_text} />
                {writable && !writing && (
                  <button type="button" class="quiet" onClick={retry} aria-label={t.again} title={t.again}><Icon name="again" /></button>
                )}
                <Report message={answer} />
                <time dateTime={answer.created_at}>{clock(answer.created_at)}</time>
              </>
            )}
          </div>
        </article>
      )}
      {failed && <Failed live={live} retry={writable ? retry : null} />}
      {!live && versions === 0 && last && writable && (
        <p class="failed">
          <button type="button" onClick={retry}><Icon name="again" /> {t.again}</button>
        </p>
      )}
    </>
  );
}

function partial(answer: Message): string {
  const t = texts.value;
  const reason = answer.finish_reason ?? "";
  return reason in t.partial ? t.partial[reason as keyof typeof t.partial] : t.partial.other;
}

/** The only part that is drawn anew with each frame of an answer. */
function Writing({ live }: { live: Live }) {
  const t = texts.value;
  const text = live.text.value;
  const stopping = live.state.value === "stopping";
  return (
    <>
      {text && <Markdown text={text} />}
      {(!text || stopping) && (
        <p class="thinking"><span class="dots" aria-hidden="true"><i /><i /><i /></span> {stopping ? t.stopping : t.thinking}</p>
      )}
    </>
  );
}

function Versions({ shown, count, choose }: { shown: number; count: number; choose: (to: number) => void }) {
  const t = texts.value;
  return (
    <div class="versions" role="group" aria-label={t.version(shown + 1, count)}>
      <button type="button" class="quiet" disabled={shown === 0} onClick={() => choose(shown - 1)} aria-label={t.olderVersion} title={t.olderVersion}>
        <Icon name="back" />
      </button>
      <span aria-hidden="true">{shown + 1}/{count}</span>
      <button type="button" class="quiet" disabled={shown === count - 1} onClick={() => choose(shown + 1)} aria-label={t.newerVersion} title={t.newerVersion}>
        <Icon name="forward" />
      </button>
    </div>
  );
}

function Failed({ live, retry }: { live: Live; retry: (() => void) | null }) {
  const t = texts.value;
  const problem = live.problem.value;
  return (
    <div class="failed" role="alert">
      <p><Icon name="alert" /> {problem ? words(problem) : t.problemOther}</p>
      {problem?.type === "quota-exceeded" && <a class="button" href={address({ page: "settings", part: "plan" })}>{t.morePlans}</a>}
      {retry && <button type="button" onClick={retry}><Icon name="again" /> {t.again}</button>}
    </div>
  );
}

/** For those who hear the page: that an answer began, and then the answer; not each of its words. */
function useAnnounced(live: Live | null, newest: Message | undefined): void {
  const t = texts.value;
  const before = useRef<Live | null>(null);
  useEffect(() => {
    if (live && !before.current) announce(t.thinking);
    else if (!live && before.current && newest) announce(`${t.answerReady} ${newest.message_text.slice(0, 400)}`);
    before.current = live;
  }, [live]);
}
