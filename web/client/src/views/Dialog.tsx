// A question over the page: the browser's own dialog, which keeps the focus inside, gives it back, and closes by Escape.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { texts } from "../texts/index.ts";

interface Props {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Before anything is painted: closed, it is nothing to be seen or pressed.
  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const outside = (event: MouseEvent) => event.target === dialog.current && close();
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={cancel} onClick={outside}>
      <div class="dialog">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  danger?: boolean;
  busy?: boolean;
  confirm: () => void;
  close: () => void;
  children?: ComponentChildren;
}

export function Confirm({ title, text, action, danger, busy, confirm, close, children }: ConfirmProps) {
  const t = texts.value;
  const submit = (event: Event) => {
    event.preventDefault();
    confirm();
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        <p>{text}</p>
        {children}
        <div class="buttons">
          <button type="button" onClick={close}>{t.cancel}</button>
          <button type="submit" class={danger ? "danger" : "primary"} disabled={busy}>{action}</button>
        </div>
      </form>
    </Dialog>
  );
}
