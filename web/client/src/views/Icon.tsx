// Icons, drawn here: 24 by 24, in the colour of the text. They say nothing to a screen reader; what holds them does.

const PATHS = {
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  send: "M12 19V6M6 11l6-6 6 6",
  stop: "M7.500 7.500h9v9h-9z",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  done: "M5 12.500l4.500 4.500L19 7.500",
  again: "M19 12a7 7 0 1 1-2.200-5.100M19 4v4.500h-4.500",
  flag: "M6 21V4M6 4.500h11l-2 4 2 4H6",
  dots: "M12 5h.01v.01h-.01zM12 12h.01v.01h-.01zM12 19h.01v.01h-.01z",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  search: "M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.500 15.500L20 20",
  down: "M12 5v13M6 12l6 6 6-6",
  close: "M6 6l12 12M18 6L6 18",
  alert: "M12 8v5M12 16.500v.01M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17z",
  clock: "M12 7.500V12l3 2M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
