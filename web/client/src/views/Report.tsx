// Reporting an answer to those who run the service.
import { useState } from "preact/hooks";
import { json } from "../api/client.ts";
import type { Message } from "../api/types.ts";
import { complain, say } from "../store/notices.ts";
import { texts } from "../texts/index.ts";
import { Dialog } from "./Dialog.tsx";
import { Icon } from "./Icon.tsx";

const CATEGORIES = ["harmful", "sexual", "hateful", "wrong", "other"] as const;
type Category = (typeof CATEGORIES)[number];

export function Report({ message }: { message: Message }) {
  const t = texts.value;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet" onClick={() => setOpen(true)} aria-label={t.report} title={t.report}>
        <Icon name="flag" />
      </button>
      {open && <Form message={message} close={() => setOpen(false)} />}
    </>
  );
}

function Form({ message, close }: { message: Message; close: () => void }) {
  const t = texts.value;
  const [category, setCategory] = useState<Category>("wrong");
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const body = { category, comment: comment.trim() || null };
    json(`/v1/messages/${message.id}/report`, { method: "POST", body })
      .then(() => {
        close();
        say(t.reported);
      }, complain)
      .finally(() => setBusy(false));
  };
  return (
    <Dialog title={t.reportTitle} close={close}>
      <form onSubmit={submit}>
        <p class="hint">{t.reportText}</p>
        <fieldset class="field">
          <legend class="hidden">{t.reportTitle}</legend>
          {CATEGORIES.map((each) => (
            <label key={each} class="option">
              <input type="radio" name="category" checked={category === each} onChange={() => setCategory(each)} /> {t.categories[each]}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{t.comment} <small>{t.optional}</small></span>
          <textarea rows={3} maxLength={2000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} />
        </label>
        <div class="buttons">
          <button type="button" onClick={close}>{t.cancel}</button>
          <button type="submit" class="primary" disabled={busy}>{t.reportSend}</button>
        </div>
      </form>
    </Dialog>
  );
}
