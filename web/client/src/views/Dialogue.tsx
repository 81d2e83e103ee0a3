// One dialogue: what was said, what is being said, and the field to go on in.
import { useEffect, useRef } from "preact/hooks";
import { show } from "../store/app.ts";
import { begin, dialogue, dialogues } from "../store/dialogues.ts";
import { complain } from "../store/notices.ts";
import { online } from "../store/network.ts";
import { enqueue, outbox } from "../store/outbox.ts";
import { address } from "../store/route.ts";
import { thread, type Exchange as Said } from "../store/threads.ts";
import { dayName, texts } from "../texts/index.ts";
import { words } from "../texts/problem.ts";
import { Composer } from "./Composer.tsx";
import { DialogueMenu } from "./DialogueMenu.tsx";
import { Exchange } from "./Exchange.tsx";
import { Icon } from "./Icon.tsx";
import { Top } from "./Top.tsx";
import { useStick } from "./stick.ts";
import { Waiting } from "./Waiting.tsx";

export function Dialogue({ id }: { id: string }) {
  const t = texts.value;
  const said = thread(id);
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { away, toEnd, hold } = useStick(box, content, id);

  useEffect(() => {
    show(id).catch(complain);
  }, [id]);

  // Looked up so that the name changes when the list does.
  void dialogues.value;
  const session = dialogue(id);
  const exchanges = said.exchanges.value;
  const waiting = outbox.value.filter((item) => item.session === id);
  const problem = said.problem.value;
  const older = said.older.value;
  const running = exchanges.find(({ live }) => live && live.state.value !== "failed")?.live ?? null;
  const loading = exchanges.length === 0 && waiting.length === 0 && older === undefined && !problem && !id.startsWith("local-");

  const more = () => {
    hold();
    said.more().catch(complain);
  };
  const send = async (text: string) => {
    toEnd();
    await enqueue(id, text);
  };

  return (
    <>
      <Top title={session?.title ?? t.untitled}>{session && <DialogueMenu session={session} />}</Top>
      <div class="scroller" ref={box} tabIndex={-1}>
        <div class="said" ref={content}>
          {typeof older === "string" && <button type="button" class="quiet wide" onClick={more}>{t.older}</button>}
          {loading && <p class="hint middle" role="status">{t.loading}</p>}
          {problem && exchanges.length === 0 && <p class="hint middle" role="alert">{words(problem)}</p>}
          {exchanges.map((exchange, index) => (
            <Dated key={exchange.question.id} exchange={exchange} before={exchanges[index - 1]}>
              <Exchange exchange={exchange} last={index === exchanges.length - 1 && waiting.length === 0} writable={session?.is_active ?? true} />
            </Dated>
          ))}
          {waiting.map((item) => <Waiting key={item.key} item={item} />)}
        </div>
      </div>
      <footer class="foot">
        {away && (
          <button type="button" class="to-end" onClick={toEnd} aria-label={t.toEnd} title={t.toEnd}>
            <Icon name="down" />
          </button>
        )}
        {!online.value && <p class="notice" role="status">{exchanges.length > 0 && problem ? t.offlineCopy : t.offline}</p>}
        {session?.is_active === false ? (
          <div class="ended">
            <p>{t.endedHere}</p>
            <a class="button primary" href={address({ page: "new" })}>{t.newDialogue}</a>
          </div>
        ) : (
          <Composer dialogue={id} running={running} send={send} />
        )}
      </footer>
    </>
  );
}

/** The day stands above the first message of it. */
function Dated({ exchange, before, children }: { exchange: Said; before: Said | undefined; children: preact.ComponentChildren }) {
  const day = dayName(exchange.question.created_at);
  const same = before && dayName(before.question.created_at) === day;
  return (
    <>
      {!same && <p class="day"><time dateTime={exchange.question.created_at}>{day}</time></p>}
      {children}
    </>
  );
}

/** Begins a dialogue on this device and puts the message into the outbox: it works without network, too. */
export async function beginWith(text: string, companion: Parameters<typeof begin>[0]): Promise<string> {
  const session = await begin(companion, text);
  await enqueue(session.id, text);
  return session.id;
}
