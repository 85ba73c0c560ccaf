// The console's own icons: 16-unit line drawings in the text's colour. Beside a word hidden from screen readers.

const PATHS = {
  ready: "M3 8.4 6.4 12 13 4.6",
  starting: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5",
  down: "M8 2 14.6 13.6H1.4ZM8 6.4v3.4M8 11.7v.1",
  stopped: "M4.5 4.5h7v7h-7z",
  paused: "M5.5 3.5v9M10.5 3.5v9",
  info: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M8 7.4v3.4M8 5.1v.1",
  key: "M5.2 8a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 1 0 0-5.2M7.1 8.8 13.4 2.6M10.8 5.1l2.3 2.2",
  plus: "M8 3v10M3 8h10",
  number: "M6.2 2.5 4.6 13.5M11.4 2.5 9.8 13.5M2.6 6h11.2M2.2 10h11.2",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  close: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  arrow: "M6 3.5 10.5 8 6 12.5",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 1 0 8 2.2M8 4.9V8l2.2 1.6",
  relay:
    "M8 9.4v4.1M5.6 13.5h4.8M8 6.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 1 0 0-2.8M4.9 11a4.2 4.2 0 0 1 0-6M11.1 11a4.2 4.2 0 0 0 0-6M2.9 12.7a6.7 6.7 0 0 1 0-9.4M13.1 12.7a6.7 6.7 0 0 0 0-9.4",
  outbox: "M2.2 9.2h3.3l1 2h3l1-2h3.3M2.2 9.2v4h11.6v-4L11.6 5M2.2 9.2 4.4 5M8 8.2V2.4M5.8 4.4 8 2.2l2.2 2.2",
  intake: "M2.2 9.2h3.3l1 2h3l1-2h3.3M2.2 9.2v4h11.6v-4L11.6 5M2.2 9.2 4.4 5M8 2.2v5.6M5.8 5.8 8 8l2.2-2.2",
  received: "M2 3.8h12v8.4H2zM2.3 4.2 8 8.8l5.7-4.6",
  forwarded: "M2.5 8h10.8M9.2 3.9 13.3 8l-4.1 4.1",
  acknowledged: "M1.4 8.6 4.5 12 10.7 4.8M8 11.4l.6.6 6.2-7.2",
  overview: "M2.5 2.5h4.6v4.6H2.5zM8.9 2.5h4.6v4.6H8.9zM2.5 8.9h4.6v4.6H2.5zM8.9 8.9h4.6v4.6H8.9z",
  coins:
    "M8 2.4c3.2 0 5.6.9 5.6 2.1S11.2 6.6 8 6.6 2.4 5.7 2.4 4.5 4.8 2.4 8 2.4M2.4 4.5v3.6c0 1.2 2.4 2.1 5.6 2.1s5.6-.9 5.6-2.1V4.5M2.4 8.1v3.5c0 1.2 2.4 2 5.6 2s5.6-.8 5.6-2V8.1",
  signal: "M2.5 13v-2.2M6.2 13V8.2M9.8 13V5.4M13.5 13V2.6",
  rentals: "M2.5 3.5h11v9h-11zM2.5 6.5h11M5 9.7h3",
  handset:
    "M4.4 2.2h1.9l1.2 3.2-1.6 1.2c.7 1.5 2 2.8 3.5 3.5l1.2-1.6 3.2 1.2v1.9c0 1.1-.9 2-2 2C6.5 13.3 2.7 9.5 2.4 4.2c0-1.1.9-2 2-2Z",
  phones: "M4.8 1.8h6.4v12.4H4.8zM7.2 12.2h1.6",
  chain:
    "M6.6 9.4 9.4 6.6M7.4 4.9l1.3-1.3a2.6 2.6 0 0 1 3.7 3.7l-1.3 1.3M8.6 11.1l-1.3 1.3a2.6 2.6 0 0 1-3.7-3.7l1.3-1.3",
  settings: "M2.5 4.5h6M12.5 4.5h1M10.5 2.8v3.4M2.5 11.5h1M7.5 11.5h6M5.5 9.8v3.4",
  up: "M8 12.8V3.6M4.2 7.2 8 3.4l3.8 3.8",
  below: "M8 3.2v9.2M4.2 8.8 8 12.6l3.8-3.8",
  api: "M5.4 4.2 1.8 8l3.6 3.8M10.6 4.2 14.2 8l-3.6 3.8M9.2 3 6.8 13",
  power: "M8 2v5.4M4.7 4.3a5 5 0 1 0 6.6 0",
  doctor: "M1.5 8.3h3l1.7-4.6 3.1 8.9 1.7-4.3h3.5",
  bell: "M3.2 11.8h9.6M4.4 11.6V7.4a3.6 3.6 0 0 1 7.2 0v4.2M6.8 13.8h2.4M8 3.6V2.2",
  list: "M5.6 4h8M5.6 8h8M5.6 12h8M2.6 4v.1M2.6 8v.1M2.6 12v.1",
  flows: "M2 3h4.5v3.4H2zM9.5 9.6H14V13H9.5zM2 9.6h4.5V13H2zM6.5 4.7h2.2c1.6 0 .6 6.6 2.2 6.6M6.5 11.3h3",
  modem: "M2 6.2h8.6v6.3H2zM10.6 7.7H14v3.3h-3.4M4.4 6.2V2.4M4.3 9.4h3.4",
  gateway: "M2 2.8h12v4.4H2zM2 8.8h12v4.4H2zM4.4 5v.1M4.4 11v.1M7 5h4.6M7 11h4.6",
  back: "M10 3.5 5.5 8l4.5 4.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  person: "M8 2.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 1 0 0-5.2M2.8 13.6a5.2 5.2 0 0 1 10.4 0",
  battery: "M1.8 5h10.6v6H1.8zM14.2 7v2",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  light:
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 1 0 0-5.6M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M12.7 3.3l-1 1M4.3 11.7l-1 1",
  dark: "M13.2 9.6A5.8 5.8 0 0 1 6.4 2.8a5.8 5.8 0 1 0 6.8 6.8Z",
  exit: "M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6.2",
  file: "M4 1.8h5l3.2 3.2v9.2H4zM8.8 1.8v3.4h3.4",
} as const;

export type IconName = keyof typeof PATHS;

/** `label`: what it says where no word beside it does. */
export function Icon({ name, label }: { readonly name: IconName; readonly label?: string }) {
  const said =
    label === undefined ? ({ "aria-hidden": "true" } as const) : ({ role: "img", "aria-label": label } as const);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: hidden, or with a label
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" focusable="false" {...said}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark: rising signal in a box. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M8.5 23v-4.5M13.5 23v-8M18.5 23V11.5M23.5 23V8" />
    </svg>
  );
}
