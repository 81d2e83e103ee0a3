// Short words at the edge, and what is only heard.
import { announced } from "../store/announce.ts";
import { dismiss, notices } from "../store/notices.ts";
import { texts } from "../texts/index.ts";
import { words } from "../texts/problem.ts";
import { Icon } from "./Icon.tsx";

export function Notices() {
  const t = texts.value;
  return (
    <>
      <div class="hidden" aria-live="polite">{announced.value}</div>
      <div class="notices" role="status">
        {notices.value.map(({ id, text, problem }) => (
          <p key={id} class={problem ? "bad" : undefined}>
            <span>{problem ? words(problem) : text}</span>
            <button type="button" class="quiet" onClick={() => dismiss(id)} aria-label={t.dismiss}><Icon name="close" /></button>
          </p>
        ))}
      </div>
    </>
  );
}
