// What can be done with a dialogue: rename, end, delete.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Session } from "../api/types.ts";
import { deleteDialogue, end, isLocal, rename } from "../store/dialogues.ts";
import { gone } from "../store/app.ts";
import { complain, say } from "../store/notices.ts";
import { withdrawAll } from "../store/outbox.ts";
import { texts } from "../texts/index.ts";
import { Confirm, Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";

type Asking = "rename" | "end" | "delete" | null;

export function DialogueMenu({ session }: { session: Session }) {
  const t = texts.value;
  const title = session.title ?? t.untitled;
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<Asking>(null);
  const [busy, setBusy] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const over = new AbortController();
    const { signal } = over;
    const leave = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("pointerdown", leave, { signal });
    document.addEventListener("focusin", leave, { signal });
    document.addEventListener("keydown", key, { signal });
    return () => over.abort();
  }, [open]);

  const ask = (what: Asking) => () => {
    // Before the dialog opens, so that it gives the focus back to what is still there.
    button.current?.focus();
    setOpen(false);
    setAsking(what);
  };
  const close = () => setAsking(null);
  const act = (work: () => Promise<void>) => {
    setBusy(true);
    work().then(close, complain).finally(() => setBusy(false));
  };
  const remove = async () => {
    await deleteDialogue(session.id);
    await withdrawAll(session.id);
    gone(session.id);
    say(t.deleted);
    // What had the focus is gone, too.
    setTimeout(() => document.querySelector<HTMLElement>(".list .primary")?.focus());
  };

  return (
    <div class="menu" ref={root}>
      <button ref={button} type="button" class="quiet" aria-expanded={open} aria-label={t.actionsFor(title)} title={t.actions} onClick={() => setOpen(!open)}>
        <Icon name="dots" />
      </button>
      {open && (
        <ul>
          {!isLocal(session.id) && <li><button type="button" onClick={ask("rename")}>{t.rename}</button></li>}
          {!isLocal(session.id) && session.is_active && <li><button type="button" onClick={ask("end")}>{t.end}</button></li>}
          <li><button type="button" class="dangerous" onClick={ask("delete")}>{t.delete}</button></li>
        </ul>
      )}
      {asking === "rename" && <Rename session={session} busy={busy} close={close} save={(to) => act(() => rename(session.id, to))} />}
      {asking === "end" && <Confirm title={t.endTitle} text={t.endText} action={t.end} busy={busy} close={close} confirm={() => act(() => end(session.id))} />}
      {asking === "delete" && <Confirm title={t.deleteTitle} text={t.deleteText(title)} action={t.delete} danger busy={busy} close={close} confirm={() => act(remove)} />}
    </div>
  );
}

function Rename({ session, busy, close, save }: { session: Session; busy: boolean; close: () => void; save: (title: string) => void }) {
  const t = texts.value;
  const [title, setTitle] = useState(session.title ?? "");
  const submit = (event: Event) => {
    event.preventDefault();
    if (title.trim()) save(title.trim());
  };
  return (
    <Dialog title={t.renameTitle} close={close}>
      <form onSubmit={submit}>
        <label class="field">
          <span>{t.title}</span>
          <input type="text" value={title} maxLength={200} required onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <div class="buttons">
          <button type="button" onClick={close}>{t.cancel}</button>
          <button type="submit" class="primary" disabled={busy}>{t.save}</button>
        </div>
      </form>
    </Dialog>
  );
}
