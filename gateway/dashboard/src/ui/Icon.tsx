const PICTURES = {
  chart: "M4 19h16M6 15l4-5 4 3 5-7",
  check: "M5 13l4 4 10-11",
  close: "M6 6l12 12M18 6L6 18",
  compare: "M8 4v16M16 4v16M4 8h4M16 16h4",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  expand: "M9 5H5v4M15 5h4v4M9 19H5v-4M15 19h4v-4",
  filter: "M4 6h16M7 12h10M10 18h4",
  edit: "M4 20h4L19 9l-4-4L4 16v4M13 7l4 4",
  key: "M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 12h9M17 12v4M21 12v3",
  left: "M14 6l-6 6 6 6",
  plus: "M12 5v14M5 12h14",
  remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  right: "M10 6l6 6-6 6",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16.5 16.5L21 21",
  segment: "M12 3l8 4.5-8 4.5-8-4.5L12 3M4 12l8 4.5 8-4.5M4 16.5l8 4.5 8-4.5",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  table: "M4 5h16v14H4zM4 10h16M10 5v14",
} as const;

export type IconName = keyof typeof PICTURES;

/** A sign beside or instead of a word; decoration, so the word or an aria-label says the same. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon-picture" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={PICTURES[name]} />
    </svg>
  );
}
