// A message that the service does not have yet: it waits for the network, or was refused.
import { useEffect, useState } from "preact/hooks";
import { Problem, isUnanswered } from "../api/problem.ts";
import { online } from "../store/network.ts";
import { complain } from "../store/notices.ts";
import { delay, retry, withdraw } from "../store/outbox.ts";
import type { Item } from "../store/queue.ts";
import { address } from "../store/route.ts";
import { texts } from "../texts/index.ts";
import { words } from "../texts/problem.ts";
import { Icon } from "./Icon.tsx";

export function Waiting({ item }: { item: Item }) {
  const t = texts.value;
  const problem = item.problem && new Problem(item.problem);
  return (
    <>
      <article class="asked waiting" aria-label={t.you}>
        <p dir="auto">{item.text}</p>
      </article>
      {problem ? (
        <div class="failed" role="alert">
          <p><Icon name="alert" /> {t.notSent}. {words(problem)}</p>
          {problem.type === "quota-exceeded" && <a class="button" href={address({ page: "settings", part: "plan" })}>{t.morePlans}</a>}
          {(isUnanswered(problem) || problem.type !== "session-ended") && (
            <button type="button" onClick={() => void retry(item).catch(complain)}><Icon name="again" /> {t.tryAgain}</button>
          )}
          <button type="button" onClick={() => void withdraw(item.key).catch(complain)}>{t.withdraw}</button>
        </div>
      ) : (
        <div class="status">
          <Icon name="clock" /> <State />
          {delay.value && <button type="button" class="quiet" onClick={() => void withdraw(item.key).catch(complain)}>{t.withdraw}</button>}
        </div>
      )}
    </>
  );
}

function State() {
  const t = texts.value;
  const held = delay.value;
  const seconds = useSeconds(held?.until ?? null);
  if (!online.value) return <span>{t.queued}</span>;
  if (!held) return <span>{t.sending}</span>;
  return (
    <span>
      {held.problem.body.status === 0 ? t.queued : words(held.problem)}
      {seconds > 0 && <span aria-hidden="true"> {t.inSeconds(seconds)}.</span>}
    </span>
  );
}

/** Seconds until then, counted down. */
function useSeconds(until: number | null): number {
  const left = () => (until === null ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000)));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    setSeconds(left());
    if (until === null) return;
    const timer = setInterval(() => setSeconds(left()), 500);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
