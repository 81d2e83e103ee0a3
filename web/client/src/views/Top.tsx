// The bar above a page: back to the list on a phone, what this is, and what can be done with it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { address, route } from "../store/route.ts";
import { texts } from "../texts/index.ts";
import { Icon } from "./Icon.tsx";
import { isTouch } from "./touch.ts";

export function Top({ title, children }: { title: string; children?: ComponentChildren }) {
  const t = texts.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const place = address(route.value);
  useEffect(() => {
    document.title = `${title} · ${t.app}`;
  }, [title, t]);
  // Whoever hears the page is told where they are now; a keyboard that covers half a phone is not opened for it.
  useEffect(() => {
    const field = document.getElementById("message");
    if (field && !isTouch()) field.focus();
    else heading.current?.focus({ preventScroll: true });
  }, [place]);
  return (
    <header class="bar top">
      <a class="button quiet back" href={address({ page: "list" })} aria-label={t.list} title={t.list}>
        <Icon name="back" />
      </a>
      <h1 ref={heading} tabIndex={-1} dir="auto">{title}</h1>
      {children}
    </header>
  );
}
