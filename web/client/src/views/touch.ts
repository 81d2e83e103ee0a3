/** Whether this is a phone or its like: its keyboard covers half of the page, and its Enter is a new line. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
