import type { ComponentChildren } from "preact";

/** A wide table that scrolls by itself, by keyboard too. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="explore-scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
