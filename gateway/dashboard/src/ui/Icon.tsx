const PICTURES = {
  chart: "M4 19h16M6 15l4-5 4 3 5-7",
  close: "M6 6l12 12M18 6L6 18",
  compare: "M8 4v16M16 4v16M4 8h4M16 16h4",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  expand: "M9 5H5v4M15 5h4v4M9 19H5v-4M15 19h4v-4",
  filter: "M4 6h16M7 12h10M10 18h4",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16.5 16.5L21 21",
  segment: "M12 3l8 4.5-8 4.5-8-4.5L12 3M4 12l8 4.5 8-4.5M4 16.5l8 4.5 8-4.5",
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
