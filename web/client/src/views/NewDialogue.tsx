// A dialogue that is not begun yet: it begins with its first message.
import { useState } from "preact/hooks";
import { user } from "../store/me.ts";
import { online } from "../store/network.ts";
import { complain } from "../store/notices.ts";
import { replace } from "../store/route.ts";
import { setDraft } from "../store/drafts.ts";
import { texts } from "../texts/index.ts";
import { Composer } from "./Composer.tsx";
import { beginWith } from "./Dialogue.tsx";
import { draftOf, emptyPerson, modelOf, PersonFields } from "./PersonFields.tsx";
import { Top } from "./Top.tsx";

export function NewDialogue() {
  const t = texts.value;
  const [companion, setCompanion] = useState(emptyPerson);
  const [checked, setChecked] = useState(false);
  const [open, setOpen] = useState(false);
  const own = user.value?.companion;

  const send = async (text: string) => {
    const person = companion.name.trim() ? modelOf(companion) : null;
    if (companion.name.trim() && !person) {
      setChecked(true);
      setOpen(true);
      throw null;
    }
    const id = await beginWith(text, person);
    replace({ page: "dialogue", id });
  };
  const example = (text: string) => {
    setDraft("new", text);
    document.getElementById("message")?.focus();
  };

  return (
    <>
      <Top title={t.newDialogue} />
      <div class="scroller">
        <div class="said empty">
          <h2>{t.emptyTitle(user.value?.name ?? null)}</h2>
          <p class="hint">{t.emptyText}</p>
          <ul class="examples">
            {t.examples.map((text) => (
              <li key={text}><button type="button" onClick={() => example(text)}>{text}</button></li>
            ))}
          </ul>
          <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>{t.companionTitle}: {companion.name.trim() || own?.name || t.companionDefault}</summary>
            <div class="card">
              <PersonFields draft={companion} change={setCompanion} checked={checked} nameLabel={t.companionName} nameRequired={false} />
              {own && companion.name === "" && (
                <button type="button" onClick={() => setCompanion(draftOf(own))}>{own.name}</button>
              )}
            </div>
          </details>
        </div>
      </div>
      <footer class="foot">
        {!online.value && <p class="notice" role="status">{t.offline}</p>}
        <Composer dialogue="new" running={null} send={(text) => send(text).catch((error: unknown) => { if (error) complain(error); throw error; })} />
      </footer>
    </>
  );
}
