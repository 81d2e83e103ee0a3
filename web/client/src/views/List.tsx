// The dialogues: begin one, find one, open one.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../api/types.ts";
import { dialogues, hasMore, isLoaded, isLocal, moreDialogues } from "../store/dialogues.ts";
import { subscription } from "../store/me.ts";
import { complain } from "../store/notices.ts";
import { address, route } from "../store/route.ts";
import { shortly, texts } from "../texts/index.ts";
import { DialogueMenu } from "./DialogueMenu.tsx";
import { Icon } from "./Icon.tsx";

export function List() {
  const t = texts.value;
  const [query, setQuery] = useState("");
  const words = query.trim().toLocaleLowerCase();
  const found = words ? dialogues.value.filter((session) => titleOf(session).toLocaleLowerCase().includes(words)) : dialogues.value;
  const searching = words !== "" && hasMore.value;

  // The service has no search of its own: titles are looked through here, older ones being fetched page by page.
  useEffect(() => {
    if (!searching) return;
    let wanted = true;
    const timer = setTimeout(() => moreDialogues().catch((error: unknown) => wanted && complain(error)), 250);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [searching, dialogues.value.length]);

  const left = subscription.value;
  return (
    <nav class="list" aria-label={t.dialogues}>
      <header class="bar">
        <h1>{t.app}</h1>
        <a class="button primary" href={address({ page: "new" })}>
          <Icon name="plus" /> <span>{t.newDialogue}</span>
        </a>
      </header>
      <label class="search">
        <Icon name="search" />
        <span class="hidden">{t.search}</span>
        <input type="search" placeholder={t.search} value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </label>
      <div class="rows">
        <ul>
          {found.map((session) => (
            <Row key={session.id} session={session} />
          ))}
        </ul>
        {found.length === 0 && isLoaded.value && !searching && <p class="hint">{words ? t.searchEmpty : t.listEmpty}</p>}
        {searching && <p class="hint" role="status">{t.searching}</p>}
        {!words && hasMore.value && (
          <button type="button" class="quiet wide" onClick={() => void moreDialogues().catch(complain)}>{t.more}</button>
        )}
      </div>
      <footer class="bar">
        {left ? (
          <a href={address({ page: "settings", part: "plan" })} class={left.limit_state === "open" ? "left" : "left near"}>
            {t.leftShort(left.remaining, left.unit)}
          </a>
        ) : <span />}
        <a class="button quiet" href={address({ page: "settings", part: "profile" })} aria-label={t.settings} title={t.settings}>
          <Icon name="gear" />
        </a>
      </footer>
    </nav>
  );
}

const titleOf = (session: Session) => session.title ?? texts.value.untitled;

function Row({ session }: { session: Session }) {
  const t = texts.value;
  const now = route.value;
  const here = now.page === "dialogue" && now.id === session.id;
  return (
    <li class={here ? "row here" : "row"}>
      <a href={address({ page: "dialogue", id: session.id })} aria-current={here ? "page" : undefined}>
        <span class="title" dir="auto">{titleOf(session)}</span>
        <span class="meta">
          <time dateTime={session.last_activity_at}>{shortly(session.last_activity_at)}</time>
          {isLocal(session.id) && <span> · {t.notSentYet}</span>}
          {!session.is_active && <span> · {t.ended}</span>}
          {session.channel === "telegram" && <span> · Telegram</span>}
        </span>
      </a>
      <DialogueMenu session={session} />
    </li>
  );
}
