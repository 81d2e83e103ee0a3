// Scrolling of a dialogue: the end stays in sight while an answer grows, if it was in sight before. Nobody who reads
// further up is taken away from there, also when older messages appear above.
import type { RefObject } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR = 48;

export function useStick(box: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>, dialogue: string) {
  const sticks = useRef(true);
  /** How far down the end was when it was last put in sight. */
  const end = useRef(0);
  const [away, setAway] = useState(false);
  const anchor = useRef<number | null>(null);

  const toEnd = useCallback(() => {
    sticks.current = true;
    if (box.current) {
      box.current.scrollTop = box.current.scrollHeight;
      end.current = box.current.scrollTop;
    }
    setAway(false);
  }, []);

  /** Before older messages are put above: what is seen now stays where it is. */
  const hold = useCallback(() => {
    if (box.current) anchor.current = box.current.scrollHeight - box.current.scrollTop;
  }, []);

  useLayoutEffect(() => {
    toEnd();
    const scroller = box.current;
    const grown = content.current;
    if (!scroller || !grown) return;
    let height = scroller.clientHeight;
    const settle = () => {
      // A keyboard that opens makes the box smaller: that is no scrolling of the person's.
      if (sticks.current) toEnd();
      else if (anchor.current !== null) scroller.scrollTop = scroller.scrollHeight - anchor.current;
      anchor.current = null;
      height = scroller.clientHeight;
    };
    const observer = new ResizeObserver(settle);
    observer.observe(grown);
    observer.observe(scroller);
    const scrolled = () => {
      if (scroller.clientHeight !== height) return;
      // Told of later than it happens: what has grown meanwhile led nobody away. Only going up does.
      if (sticks.current && scroller.scrollTop >= end.current - 1) return;
      sticks.current = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
      if (sticks.current) end.current = scroller.scrollTop;
      setAway(!sticks.current);
    };
    scroller.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", scrolled);
    };
  }, [dialogue]);

  return { away, toEnd, hold };
}
